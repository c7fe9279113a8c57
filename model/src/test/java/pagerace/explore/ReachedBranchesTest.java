// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.analysis.IClassCoverage;
import org.jacoco.core.analysis.ICounter;
import org.jacoco.core.analysis.ILine;
import org.jacoco.core.analysis.IMethodCoverage;
import org.jacoco.core.data.ExecutionDataStore;
import org.jacoco.core.data.SessionInfoStore;
import org.jacoco.core.instr.Instrumenter;
import org.jacoco.core.runtime.IRuntime;
import org.jacoco.core.runtime.LoggerRuntime;
import org.jacoco.core.runtime.RuntimeData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagerace.race.Catalogue;
import pagerace.race.Race;

/**
 * Executions reach every branch of a scenario, its judge's above all: an arm that none reaches says nothing, and hides that what it was
 * meant for cannot happen.
 */
class ReachedBranchesTest {
    /** Per race, the lines of unreached.txt, and what no execution reaches of each. */
    private static final Map<String, Map<String, String>> UNREACHED = unreached();

    private static Map<String, Map<String, String>> unreached() {
        try (InputStream in = requireNonNull(ReachedBranchesTest.class.getResourceAsStream("unreached.txt"))) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .collect(groupingBy(row -> row[0], toMap(row -> row[1], row -> row[2])));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<String> races() {
        return Catalogue.BUILT_IN.stream().map(Race::name);
    }

    @ParameterizedTest
    @MethodSource("races")
    void executionsReachEveryBranchOfARaceButThoseThatTheTableExplains(String race) throws Exception {
        try (Coverage coverage = new Coverage(race)) {
            int points = Math.toIntExact(Catalogue.points()
                    .filter(point -> point.race().equals(race))
                    .count());
            Map<String, String> unreached = UNREACHED.getOrDefault(race, Map.of());
            Map<String, String> missed = Map.of("", "nothing was run");
            // All points before a weaker model, so that a row of the table stands for all of them.
            for (int model = 0; model < Prediction.MODELS.size() && !missed.equals(unreached); model++) {
                // Points far apart first: a few reach everything, if everything can be reached.
                for (int stride = 64, first = 0; stride >= 1 && !missed.isEmpty(); first = stride / 2, stride /= 2) {
                    for (int i = first; i < points; i += first == 0 ? stride : 2 * stride) {
                        coverage.explore(i, model);
                    }
                    missed = coverage.missed();
                }
            }
            assertThat(missed).isEqualTo(unreached);
        }
    }

    /** Explores a point of a race whose number is given, under the model whose number is given. Defined anew by {@link Coverage}. */
    public static final class Exploring implements BiConsumer<String, int[]> {
        @Override
        public void accept(String race, int[] pointAndModel) {
            Explorer.of(Catalogue.points()
                            .filter(point -> point.race().equals(race))
                            .skip(pointAndModel[0])
                            .findFirst()
                            .orElseThrow())
                    .explore(Prediction.MODELS.get(pointAndModel[1]));
        }
    }

    /** The project's classes anew, those of one race instrumented. */
    private static final class Coverage extends ClassLoader implements AutoCloseable {
        private final String race;
        private final List<String> source;
        private final IRuntime runtime = new LoggerRuntime();
        private final RuntimeData data = new RuntimeData();
        private final Instrumenter instrumenter = new Instrumenter(runtime);
        private final Map<String, byte[]> instrumented = new HashMap<>();
        private final BiConsumer<String, int[]> exploring;

        @SuppressWarnings("unchecked")
        Coverage(String race) throws Exception {
            super(ReachedBranchesTest.class.getClassLoader());
            this.race = race;
            source = Files.readAllLines(Path.of("src/main/java/pagerace/race", race + ".java"));
            runtime.startup(data);
            exploring = (BiConsumer<String, int[]>)
                    loadClass(Exploring.class.getName()).getConstructor().newInstance();
        }

        void explore(int point, int model) {
            exploring.accept(race, new int[] {point, model});
        }

        /** The lines of which a branch was not taken so far, and how many branches of how many were not. */
        Map<String, String> missed() throws IOException {
            ExecutionDataStore executed = new ExecutionDataStore();
            data.collect(executed, new SessionInfoStore(), false);
            CoverageBuilder classes = new CoverageBuilder();
            Analyzer analyzer = new Analyzer(executed, classes);
            for (Map.Entry<String, byte[]> each : instrumented.entrySet()) {
                analyzer.analyzeClass(each.getValue(), each.getKey());
            }
            List<IClassCoverage> scenarios = scenarios(classes.getClasses());
            assertThat(scenarios).as("classes of " + race + " that judge").isNotEmpty();
            Map<String, String> missed = new TreeMap<>();
            for (IClassCoverage type : scenarios) {
                for (IMethodCoverage method : type.getMethods()) {
                    IntStream.rangeClosed(method.getFirstLine(), method.getLastLine())
                            .filter(line -> isMissed(method.getLine(line)) && !isGuard(line))
                            .forEach(line -> missed.merge(
                                    text(line), inWords(method.getLine(line)), (one, other) -> one + ", " + other));
                }
            }
            return missed;
        }

        private String text(int line) {
            return source.get(line - 1).strip();
        }

        private boolean isGuard(int line) {
            return text(line).startsWith("throw new IllegalStateException(");
        }

        private static boolean isMissed(ILine line) {
            return line.getBranchCounter().getMissedCount() > 0
                    || line.getInstructionCounter().getStatus() == ICounter.NOT_COVERED;
        }

        private static String inWords(ILine line) {
            ICounter branches = line.getBranchCounter();
            return line.getInstructionCounter().getStatus() == ICounter.NOT_COVERED
                    ? "all"
                    : branches.getMissedCount() + " of " + branches.getTotalCount();
        }

        /** The classes that judge, and what they extend. */
        private static List<IClassCoverage> scenarios(Collection<IClassCoverage> types) {
            List<IClassCoverage> scenarios = new ArrayList<>();
            List<IClassCoverage> more = types.stream()
                    .filter(type -> type.getMethods().stream()
                            .anyMatch(method -> method.getName().equals("judge")))
                    .toList();
            while (!more.isEmpty()) {
                scenarios.addAll(more);
                Set<String> extended =
                        scenarios.stream().map(IClassCoverage::getSuperName).collect(toSet());
                more = types.stream()
                        .filter(type -> extended.contains(type.getName()) && !scenarios.contains(type))
                        .toList();
            }
            return scenarios;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (known != null || !name.startsWith("pagerace.")) {
                    return known == null ? super.loadClass(name, resolve) : known;
                }
                byte[] bytes = bytes(name);
                if (name.startsWith("pagerace.race." + race + "$")) {
                    instrumented.put(name, bytes);
                    bytes = instrument(bytes, name);
                }
                return defineClass(name, bytes, 0, bytes.length);
            }
        }

        private byte[] instrument(byte[] bytes, String name) {
            try {
                return instrumenter.instrument(bytes, name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private byte[] bytes(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            runtime.shutdown();
        }
    }
}
