// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import pagerace.verdict.Measurement;
import pagerace.verdict.Seat;
import pagerace.verdict.TestRace;
import pagerace.verdict.TestRace.Fix;
import pagerace.verdict.Tier;

/** What of a fork counts, on a VM whose clock is ours. */
class VisitTest {
    /** A VM that executes so many scenarios per millisecond, slice by slice, and the last number for ever. */
    private static final class Vm implements Visit.Vm {
        final List<Integer> slices = new ArrayList<>();
        final List<String> calls = new ArrayList<>();
        final Map<Integer, String> words = new HashMap<>();
        int failsAt = Integer.MAX_VALUE;
        double cpus = 2;
        long now;
        private final int[] perMilli;
        private double cpu;

        Vm(int... perMilli) {
            this.perMilli = perMilli;
        }

        @Override
        public int number() {
            return 7;
        }

        @Override
        public WorkerVm.Slice begin(int millis) {
            calls.add("begin");
            return new WorkerVm.Slice(0, Map.of("CHECKED", 1L));
        }

        /** Slice by slice another word may be seen once. */
        @Override
        public WorkerVm.Slice more(int millis) throws IOException {
            calls.add("more");
            int slice = slices.size();
            slices.add(millis);
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            now += nanos;
            cpu += cpus * nanos;
            Map<String, Long> counts = new HashMap<>();
            if (words.containsKey(slice)) {
                counts.put(words.get(slice), 1L);
            }
            if (slice == failsAt) {
                throw new WorkerVm.Failed("a bug", counts);
            }
            counts.put("QUIET", (long) millis * perMilli[Math.min(slice, perMilli.length - 1)]);
            return new WorkerVm.Slice(nanos, counts);
        }

        @Override
        public void end() {
            calls.add("end");
        }

        @Override
        public Duration cpu() {
            return Duration.ofNanos((long) cpu);
        }
    }

    private static StressFork fork(Fix fix, Duration atMost, long samples) {
        return new StressFork(
                TestRace.point(fix), Tier.C2, atMost, 4, 64, (outcomes, warmUp) -> sum(outcomes) >= samples);
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(count -> count).sum();
    }

    private static Measurement measured(Visit visit, @Nullable String failure) {
        visit.isOver();
        return visit.measurement("a-run", TestRace.GOOD, failure);
    }

    private static Measurement measured(Vm vm, StressFork fork) throws IOException {
        Visit visit = new Visit(fork, Seat.ANYWHERE, () -> vm.now);
        visit.in(vm);
        assertThat(vm.calls).startsWith("begin", "more").endsWith("more", "end");
        assertThat(vm.calls.subList(1, vm.calls.size() - 1)).containsOnly("more");
        return measured(visit, null);
    }

    /** Interpreted, then compiled: the check and twelve slices are no samples. */
    @Test
    void onlyCompiledCodeIsSampled() throws IOException {
        Vm vm = new Vm(50, 50, 50, 50, 50, 50, 50, 50, 1000, 3000, 3000, 3000);
        vm.words.put(3, "WRONG");
        Measurement m = measured(vm, fork(Fix.FIXED, Duration.ofSeconds(1), 400_000));
        assertThat(m.outcomes()).isEqualTo(Map.of("QUIET", 450_000L));
        assertThat(m.measuringMillis()).isEqualTo(150);
        assertThat(m.warmUp().keySet()).containsExactly("CHECKED", "QUIET", "WRONG");
        assertThat(sum(m.warmUp())).isGreaterThanOrEqualTo(40_000);
        assertThat(m.vm()).isEqualTo(7);
        assertThat(m.cpuShare()).isEqualTo(1);
    }

    /** A plateau that the compiler ends while it is measured: all before is warm-up, what is forbidden in it, too. */
    @Test
    void whatTurnsOutToBeSlowCodeWasWarmUp() throws IOException {
        int plateau = 8;
        Vm vm = new Vm(400, 400, 400, 400, 400, 400, 400, 400, 400, 3000);
        vm.words.put(plateau, "WRONG");
        Measurement m = measured(vm, fork(Fix.FIXED, Duration.ofSeconds(1), 1));
        assertThat(vm.slices.get(plateau)).as("it was measured").isEqualTo(Visit.SLICE_MILLIS);
        assertThat(m.outcomes()).isEqualTo(Map.of("QUIET", 3L * 50 * 3000));
        assertThat(m.warmUp()).containsEntry("WRONG", 1L);
        assertThat(m.measuringMillis()).isEqualTo(Visit.FEWEST_SLICES * Visit.SLICE_MILLIS);
    }

    @Test
    void itEndsWithItsGoalAndElseWithItsTime() throws IOException {
        StressFork brief = fork(Fix.FIXED, Duration.ofSeconds(1), 1);
        assertThat(measured(new Vm(3000), brief).measuringMillis()).isEqualTo(150);
        StressFork lasting = fork(Fix.FIXED, Duration.ofSeconds(1), Long.MAX_VALUE);
        assertThat(measured(new Vm(3000), lasting).measuringMillis()).isEqualTo(1_000);
    }

    @Test
    void aPointThatIsNeverCompiledBringsNoSampleAndNoShare() throws IOException {
        Measurement m = measured(new Vm(1), fork(Fix.FIXED, Duration.ofSeconds(1), 1));
        assertThat(m.outcomes()).isEmpty();
        assertThat(m.cpuShare()).isZero();
        assertThat(sum(m.warmUp())).isGreaterThan(1_000);
    }

    @Test
    void aDeadlockIsNotWarmedUp() throws IOException {
        Measurement m = measured(new Vm(1), fork(Fix.DEADLOCK, Duration.ofSeconds(1), 1));
        assertThat(m.outcomes()).isEqualTo(Map.of("QUIET", 150L));
        assertThat(m.warmUp()).isEqualTo(Map.of("CHECKED", 1L));
    }

    @Test
    void actorsThatHadHalfOfTheirCpusHadHalf() throws IOException {
        Vm vm = new Vm(3000);
        vm.cpus = 1;
        assertThat(measured(vm, fork(Fix.FIXED, Duration.ofSeconds(1), 1)).cpuShare())
                .isEqualTo(0.5);
    }

    @Test
    void whatHadComeBeforeAFailureIsKept() {
        for (int slice : new int[] {0, 12}) {
            Vm vm = new Vm(3000);
            vm.failsAt = slice;
            vm.words.put(slice, "WRONG");
            Visit visit =
                    new Visit(fork(Fix.FIXED, Duration.ofSeconds(1), Long.MAX_VALUE), Seat.ANYWHERE, () -> vm.now);
            assertThatThrownBy(() -> visit.in(vm))
                    .isInstanceOfSatisfying(WorkerVm.Failed.class, failed -> visit.keep(failed.counts()));
            Measurement m = measured(visit, "a bug");
            assertThat(slice == 0 ? m.warmUp() : m.outcomes()).containsEntry("WRONG", 1L);
            assertThat(m.crashed()).isTrue();
        }
    }
}
