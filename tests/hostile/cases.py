"""What a case is: a number of the sandbox reference (section 9), a sentence, and a function of the suite that returns whether
it holds, and what was seen. Some lines are not a probe of the reference; they have no number.

A case tries its mode without a sandbox first, or says why it does not (untried)."""
CASES = []
UNTRIED = {}    # reason: numbers

END = "only a limit or a signal from outside ends it"
MACHINE = "it would take the machine with it"
OURS = "what it attacks is hwb itself, or exists inside alone"


def case(number, sentence, untried="", modes=("sandbox", "landlock")):
    def keep(function):
        function.modes = modes
        CASES.append((number, sentence, function))
        if untried:
            UNTRIED.setdefault(untried, []).append(number or sentence.split(":")[0])
        return function
    return keep


def load():
    import cases_bare
    import cases_output
    import cases_process
    import cases_resources
    import cases_traces
    assert cases_bare and cases_output and cases_process and cases_resources and cases_traces
    return CASES
