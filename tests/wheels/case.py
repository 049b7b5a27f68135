"""The list of cases: each function makes (file name, bytes) of one wheel, and is known by its own name."""
from demo import Demo

CASES = {}


def case(function):
    if function.__name__ in CASES:
        raise SystemExit("two cases '%s'" % function.__name__)
    CASES[function.__name__] = function
    return function


def made(demo):
    return demo.file_name(), demo.build_archive()


def member(demo, name):
    return next(m for m in demo.members() if m.name == name)


def changed(edit, **more):
    """The good wheel with its members edited: the list, or what an edit gives back."""
    demo = Demo(**more)

    def apply(members):
        return edit(members) or members
    demo.edit_members = apply
    return made(demo)


def first(members):
    """demo/__init__.py, which every archive begins with."""
    return members[0]
