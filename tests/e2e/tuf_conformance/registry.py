"""The cases, under the names that the public suite has for its tests."""

cases = []  # (name, function of a repository and a client, arguments)


def case(function):
    cases.append((function.__name__, function, ()))
    return function


def cases_named(arguments):
    """One case for each member: its name beside its arguments."""
    def add(function):
        cases.extend((name, function, given) for name, given in arguments.items())
        return function
    return add


def case_of_each(arguments):
    """The same, named as variants of the function; or names that are arguments."""
    def add(function):
        for name in arguments:
            given = arguments[name] if isinstance(arguments, dict) else (name,)
            cases.append((f"{function.__name__}[{name}]", function, given))
        return function
    return add
