// SPDX-License-Identifier: Apache-2.0
// What the explorer says is the same on every host; what threads and clocks say is not, so of that only the form is looked at.
String log = new File(basedir, 'build.log').text
[
    /never .* GupFastVsFork\/LOOK_AGAIN\[write,small,later-pin,arm64\]/,
    /WEAK .* GupFastVsFork\/LOOK_AGAIN\[write,large,later-pin,arm64\]/,
    /needed: without it, reachable from WEAK on  \[write,small,\*,arm64\]/,
    /redundant for this outcome  \[write,small,\*,x86\]/,
    /needed: without it, reachable from SC on  \[write,\*,\*,\*\]/,
    /LOOK_AGAIN\[write,small,later-pin,x86\] +[0-9.]+ +~?[0-9.]+ \[/,
    /LOOK_AGAIN\[write,small,later-pin,x86\] .* never .* (HOLDS|INCONCLUSIVE .*\((host|budget): )/
].each { expected ->
    if (!(log =~ expected)) {
        throw new IllegalStateException('the log has no line like ' + expected)
    }
}
return true
