// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.soak.Soak.Settings;

class SoakTest {
    @Test
    void mainlineHoldsForTwoSeconds() {
        AtomicLong told = new AtomicLong();
        SoakResult result = Soak.run(
                Settings.of(1, 2, null), Duration.ofSeconds(2), (elapsed, rounds, operations) -> told.set(operations));
        assertThat(result.violation()).isNull();
        assertThat(result.events()).isEmpty();
        assertThat(result.rounds()).isPositive();
        assertThat(told.get()).isPositive().isLessThanOrEqualTo(result.operations());
        assertThat(result.evaluations()).hasSameSizeAs(Check.values()).allSatisfy(one -> {
            assertThat(one.times()).isPositive();
            assertThat(one.objects()).isPositive();
        });
        assertThat(result.counters())
                .filteredOn(counter -> counter.operation().equals("FORK"))
                .anyMatch(counter -> counter.end().equals("SHARED") && counter.count() > 0);
    }

    /** However short its time is: it goes on until there was something on which each of them could have failed. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyCheckIsEvaluatedInTheShortestRun(long seed) {
        SoakResult result = Soak.run(Settings.of(seed, 2, null), Duration.ZERO, (elapsed, rounds, operations) -> {});
        assertThat(result.violation()).isNull();
        assertThat(result.unevaluated()).isEmpty();
    }

    /** Else a check that has stopped would not fail the run, but keep it from ending. */
    @Test
    void aRunInWhichACheckNeverComesGivesUp() {
        AtomicLong asked = new AtomicLong();
        SoakResult result = Soak.run(
                Settings.of(1, 2, null),
                Duration.ZERO,
                new Between(() -> asked.incrementAndGet() > 2_001),
                () -> new Evaluations() {
                    @Override
                    boolean holds(Check check, int object, boolean holds) {
                        return check == Check.GONE_AFTER_TRUNCATION ? holds : super.holds(check, object, holds);
                    }
                },
                2_000);
        assertThat(result.violation()).isNull();
        assertThat(result.rounds()).isEqualTo(2_000);
        assertThat(result.unevaluated()).extracting(SoakResult.Evaluated::what).contains("pages after a truncation");
    }

    @Test
    void mainlineHoldsWithMoreThreadsThanLocksAndCpus() {
        Settings settings = new Settings(1, 5, 2, Settings.fewestFolios(5), null, 200);
        SoakResult result = Soak.run(settings, Duration.ofSeconds(20), (elapsed, rounds, operations) -> {});
        assertThat(result.violation()).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"DROP_UNSHARE", "DROP_SHARE_CHECK", "DROP_NONE_CHECK", "DROP_MKCLEAN"})
    void theseAreCaughtSoon(Mutant mutant) {
        SoakResult result =
                Soak.run(Settings.of(1, 2, mutant), Duration.ofMinutes(1), (elapsed, rounds, operations) -> {});
        assertThat(result.violation()).isNotNull();
        assertThat(result.events()).isNotEmpty();
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anErrorInOneThreadEndsAll() {
        SoakResult result = Soak.run(Settings.of(1, 2, null), Duration.ofSeconds(20), new Between(() -> {
            throw new AssertionError("nobody is there to be told");
        }));
        assertThat(result.violation()).startsWith(Violation.CRASH).contains("nobody is there to be told");
    }

    @Test
    void anInterruptionEndsItBetweenTwoRounds() {
        AtomicLong asked = new AtomicLong();
        SoakResult result = Soak.run(
                Settings.of(1, 2, null), Duration.ofSeconds(20), new Between(() -> asked.incrementAndGet() == 3));
        assertThat(result.violation()).isNull();
        assertThat(result.rounds()).isEqualTo(3);
    }

    /** What is asked between two rounds. */
    private record Between(BooleanSupplier interrupted) implements Soak.Progress {
        @Override
        public void at(Duration elapsed, long rounds, long operations) {}

        @Override
        public boolean isInterrupted() {
            return interrupted.getAsBoolean();
        }
    }

    /** However the threads are timed, each makes the same choices. */
    @Test
    void aSeedRepeatsTheSequenceOfEachThread() {
        Settings settings = new Settings(9, 2, 64, 1024, null, 50);
        Duration time = Duration.ofMinutes(1);
        SoakResult first = Soak.run(settings, time, (elapsed, rounds, operations) -> {});
        SoakResult second = Soak.run(settings, time, (elapsed, rounds, operations) -> {});
        assertThat(first.rounds()).isEqualTo(50);
        assertThat(second.digests()).isEqualTo(first.digests()).doesNotHaveDuplicates();
        assertThat(second.operations()).isEqualTo(first.operations());
        Settings other = new Settings(10, 2, 64, 1024, null, 50);
        SoakResult different = Soak.run(other, time, (elapsed, rounds, operations) -> {});
        assertThat(different.digests()).isNotEqualTo(first.digests());
    }
}
