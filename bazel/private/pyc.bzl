"""Compiles the Python modules of a binary: `pyc = "compile"`.

One action per layer compiles the modules of that layer's groups, so a change of first-party code
compiles nothing else again. Its result is a plan, from which the plan's action takes what it needs.
That action compiles the rest itself: modules that belong to no group.
"""

load(":contributions.bzl", "RuntimeInfo")
load(":spec.bzl", "write_modules_spec")
load(":tool.bzl", "arguments", "run_veneer")

def add_pyc_options(ctx, args):
    """Adds what `pyc` and `pyc_python` say to the arguments of an action that plans.

    Args:
        ctx: The rule's context.
        args: The Args.

    Returns:
        A list of depsets of File: the action's further inputs.
    """
    if ctx.attr.pyc:
        args.add(ctx.attr.pyc, format = "--pyc=%s")
    if not ctx.attr.pyc_python:
        return []
    args.add(ctx.executable.pyc_python, format = "--pyc-python=%s")
    python = ctx.attr.pyc_python[DefaultInfo]
    return [depset([ctx.executable.pyc_python]), python.files, python.default_runfiles.files]

def compile_groups(ctx, groups):
    """Declares the actions that compile the modules of groups.

    Args:
        ctx: The rule's context.
        groups: The result of group_inputs().

    Returns:
        A list of File: plans for `--pyc-from`. It is empty if nothing is to be compiled, or if the
        rule does not know the interpreter.
    """
    if ctx.attr.pyc != "compile":
        return []
    own = [target[DefaultInfo].files for target in ctx.attr.interpreter]
    interpreter = depset(transitive = own + [ctx.attr.binary[RuntimeInfo].files])
    if not interpreter and not ctx.attr.pyc_python:
        return []
    plans = []
    for group in groups:
        spec = write_modules_spec(ctx, group, interpreter)
        plan = ctx.actions.declare_file("%s/%s.compiled.plan" % (ctx.label.name, group.name))
        args = arguments(ctx, "plan")
        args.add(spec, format = "--spec=%s")
        args.add("--name=modules")
        args.add("--layers=one")
        args.add("--check=off")
        more = add_pyc_options(ctx, args)
        args.add(plan, format = "--output=%s")
        run_veneer(
            ctx,
            args,
            inputs = depset([spec], transitive = [group.files, interpreter] + more),
            outputs = [plan],
            mnemonic = "VeneerCompile",
            progress_message = "Compiling the modules of layer %s of %s" % (group.name, ctx.label),
        )
        plans.append(plan)
    return plans
