// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/** Times a plan. */
@FunctionalInterface
interface PlanRunner {
    /**
     * What came of it.
     *
     * @param nanos what a batch took in each iteration that counts, in the order in which they ran
     * @param raw the same as JMH has it
     */
    record Timed(List<Double> nanos, Collection<RunResult> raw) {}

    /**
     * Times {@code plan} once, in a JVM of its own; {@link Prices#entryOf} says which entry each iteration is of.
     *
     * @param subject the race or workload that the plan's keys belong to
     */
    Timed run(String subject, List<String> plan) throws RunnerException;
}
