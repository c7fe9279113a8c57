// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import pagerace.verdict.Tier;

/** Whether a VM that is started as a fork is executes code as its tier says: other flags and the environment may differ. */
public final class TierProbe {
    private static final Map<Tier, Map<String, String>> FLAGS = Map.of(
            Tier.C2, Map.of("UseCompiler", "true", "TieredCompilation", "false", "TieredStopAtLevel", "4"),
            Tier.C2_STRESS, Map.of("UseCompiler", "true", "TieredCompilation", "false", "TieredStopAtLevel", "4"),
            Tier.C1, Map.of("UseCompiler", "true", "TieredCompilation", "true", "TieredStopAtLevel", "1"),
            Tier.INTERPRETER, Map.of("UseCompiler", "false"));

    /** The variables that give flags to every VM, no matter who starts it. */
    public static final List<String> INHERITED = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private TierProbe() {}

    /**
     * Why forks would not be what their tier says, per tier; empty if all are. Starts a VM for each.
     *
     * @param jvmArguments what every fork is started with besides its tier
     * @param environment variables that a fork has, besides those of this process
     */
    public static Map<Tier, String> complaints(List<String> jvmArguments, Map<String, String> environment) {
        String heap = JcstressEngine.heapMegabytes() + "M";
        List<String> asEveryFork = List.of("-Xms" + heap, "-Xmx" + heap);
        Map<Tier, CompletableFuture<@Nullable String>> asked = new EnumMap<>(Tier.class);
        for (Tier tier : Tier.values()) {
            asked.put(
                    tier, CompletableFuture.supplyAsync(() -> complaint(tier, asEveryFork, jvmArguments, environment)));
        }
        Map<Tier, String> complaints = new EnumMap<>(Tier.class);
        asked.forEach((tier, answer) -> {
            String complaint = answer.join();
            if (complaint != null) {
                complaints.put(tier, complaint);
            }
        });
        return complaints;
    }

    private static @Nullable String complaint(
            Tier tier, List<String> asEveryFork, List<String> jvmArguments, Map<String, String> environment) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(asEveryFork);
        command.addAll(JcstressEngine.arguments(tier, jvmArguments));
        command.addAll(List.of("-XX:+PrintFlagsFinal", "-version"));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process vm = builder.start();
            List<String> said = new String(vm.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return vm.waitFor() == 0 ? difference(tier, said) : "the VM does not start: " + firstError(said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String firstError(List<String> said) {
        return said.stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty()
                        && !line.startsWith("Picked up ")
                        && !line.equals("Error occurred during initialization of VM"))
                .findFirst()
                .orElse("it does not say why");
    }

    private static @Nullable String difference(Tier tier, List<String> said) {
        for (Map.Entry<String, String> flag : FLAGS.getOrDefault(tier, Map.of()).entrySet()) {
            String value = value(flag.getKey(), said);
            if (value == null) {
                return "the VM has no flag " + flag.getKey() + ": it is not HotSpot";
            }
            if (!value.equals(flag.getValue())) {
                return "the VM runs with " + flag.getKey() + "=" + value;
            }
        }
        return null;
    }

    /** From a line such as {@code bool UseCompiler = true {product} {default}}. */
    private static @Nullable String value(String flag, List<String> said) {
        for (String line : said) {
            String[] words = line.strip().split("\\s+", 5);
            if (words.length > 3 && words[1].equals(flag)) {
                return words[3];
            }
        }
        return null;
    }
}
