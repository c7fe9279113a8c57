// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pagerace.stress.TierProbe;
import pagerace.verdict.Tier;
import picocli.CommandLine.Option;

/** What the user asks of the forks of a stress run. */
final class ForkOptions {
    @Option(
            names = "--forks",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Give each tier that the plan demands of a point at least N forks, each in a VM that has not measured"
                            + " the point. After that the points share the rest of the budget by need. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int atLeast = 1;

    @Option(
            names = "--jvm-args",
            paramLabel = "FLAGS",
            defaultValue = "",
            description =
                    "Flags for the VM of every fork, separated by blanks: --jvm-args=\"-XX:+UseZGC -Xmx1g\". They may"
                            + " not change which compilers run.")
    private String jvmArguments = "";

    /** Flags that choose or command a compiler; and those that read flags from a file, where nobody sees them. */
    private static final Pattern OF_COMPILERS = Pattern.compile("-X(int|comp|mixed)"
            + "|-XX:[+-]?(Compile|CompilationMode|\\w*(Compiler|Tier|JVMCI)).*"
            + "|-XX:(Flags|VMOptionsFile)=.*|@.*");

    private final Map<String, String> inherited = new LinkedHashMap<>();

    private final Probing probing;

    /** {@link TierProbe#complaints}. */
    interface Probing {
        Map<Tier, String> complaints(List<String> jvmArguments, Map<String, String> environment);
    }

    ForkOptions() {
        this(System.getenv(), TierProbe::complaints);
    }

    /** With the variables of {@code environment}, which forks inherit; {@code probing} says what forks are. */
    ForkOptions(Map<String, String> environment, Probing probing) {
        this.probing = probing;
        for (String variable : TierProbe.INHERITED) {
            String value = environment.get(variable);
            if (value != null) {
                inherited.put(variable, value);
            }
        }
    }

    /** How many forks each tier gets at least. */
    int atLeast() {
        return atLeast;
    }

    /** The flags for every fork. */
    List<String> jvmArguments() {
        return words(jvmArguments);
    }

    /** The same, and the variables by which the environment adds some. */
    List<String> flags() {
        Stream<String> variables = inherited.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue());
        return Stream.concat(jvmArguments().stream(), variables).toList();
    }

    private static List<String> words(String flags) {
        return Stream.of(flags.strip().split("\\s+", -1))
                .filter(flag -> !flag.isEmpty())
                .toList();
    }

    /** What was asked for beyond the ordinary; empty if nothing was. */
    String inWords() {
        return (atLeast == 1 ? "" : ", at least " + atLeast + " forks in each tier")
                + (flags().isEmpty() ? "" : ", every fork with " + String.join(" ", flags()));
    }

    /**
     * Makes sure that it can be done.
     *
     * @throws BadInput if it cannot
     */
    void check() {
        if (atLeast < 1) {
            throw new BadInput("With " + atLeast + " forks nothing is measured; the fewest is 1.");
        }
        Map<String, String> given = new LinkedHashMap<>();
        if (!jvmArguments.isBlank()) {
            given.put("--jvm-args", jvmArguments.strip());
        }
        given.putAll(inherited);
        given.forEach(ForkOptions::refuseCompilers);
        // Without flags, too: not every VM has both compilers.
        probing.complaints(jvmArguments(), inherited).forEach((tier, why) -> {
            throw refusal(given, tier, why);
        });
    }

    /** That forks of {@code tier} would not be what it says: because of what was {@code given}, or of this VM. */
    private static BadInput refusal(Map<String, String> given, Tier tier, String why) {
        if (given.isEmpty()) {
            return new BadInput("No fork of the VM in " + System.getProperty("java.home") + " is " + tier + ": " + why
                    + "; take a HotSpot JDK with both compilers, by --jdk, or JAVA_HOME for Maven.");
        }
        String all = given.entrySet().stream()
                .map(each -> each.getKey() + "=\"" + each.getValue() + "\"")
                .collect(Collectors.joining(" and "));
        return new BadInput(
                "With " + all + " no fork runs in " + tier + ": " + why + "; leave out the flag that does that.");
    }

    /** By name, because a VM that obeys, say, {@code CompileCommand} still shows the flags of its tier. */
    private static void refuseCompilers(String where, String flags) {
        for (String flag : words(flags.replaceAll("[\"']", ""))) {
            if (OF_COMPILERS.matcher(flag).matches()) {
                throw new BadInput(where + " has " + flag + ", which can change what is compiled and how: then no fork"
                        + " runs as its tier says; leave it out.");
            }
        }
    }
}
