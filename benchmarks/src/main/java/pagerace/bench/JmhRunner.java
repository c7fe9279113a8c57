// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Times plans by JMH, with {@link Prices}. */
final class JmhRunner implements PlanRunner {
    private final Effort effort;
    private final List<String> jvmArguments;

    /** As much as {@code effort} says, in JVMs that are started with {@code jvmArguments} besides what every one is. */
    JmhRunner(Effort effort, List<String> jvmArguments) {
        this.effort = effort;
        this.jvmArguments = jvmArguments;
    }

    @Override
    public Timed run(String subject, List<String> plan) throws RunnerException {
        Collection<RunResult> results = new Runner(options(subject, plan)).run();
        List<Double> nanos = results.stream()
                .flatMap(result -> result.getBenchmarkResults().stream())
                .flatMap(fork -> fork.getIterationResults().stream())
                .map(iteration -> iteration.getPrimaryResult().getScore())
                .toList();
        return new Timed(nanos, results);
    }

    private Options options(String subject, List<String> plan) {
        return new OptionsBuilder()
                .include("^" + Prices.class.getName() + "\\.price$")
                .param("subject", subject)
                .param("plan", String.join(Prices.SEPARATOR, plan))
                .forks(1)
                .warmupForks(0)
                .warmupIterations(effort.warmups() * plan.size())
                .warmupTime(TimeValue.milliseconds(effort.warmupMillis()))
                .measurementIterations(effort.rounds() * plan.size())
                .measurementTime(TimeValue.milliseconds(effort.millis()))
                .jvmArgs(Stream.concat(Effort.JVM.stream(), jvmArguments.stream())
                        .toArray(String[]::new))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
    }
}
