"""The example that ./dev demo builds when there is no network."""
