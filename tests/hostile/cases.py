"""What a case is: a number of the sandbox reference (section 9), a sentence, and a function of the suite that returns whether
it holds, and what was seen. Some lines are not a probe of the reference; they have no number."""
CASES = []


def case(number, sentence):
    def keep(function):
        CASES.append((number, sentence, function))
        return function
    return keep


def load():
    import cases_output
    import cases_process
    import cases_resources
    import cases_traces
    assert cases_output and cases_process and cases_resources and cases_traces
    return CASES
