// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.RunnerException;
import pagerace.machine.Word;
import pagerace.price.Price;
import pagerace.price.Price.Claim;
import pagerace.price.Price.Ratio;
import pagerace.price.PriceControl;
import pagerace.price.Priced;
import pagerace.price.Series;

/** The way from what iterations took to a price, with times that are known. */
class PriceRunTest {
    private static final int ROUNDS = 20;
    private static final int CLOCK = 1000;
    private static final Effort EFFORT = new Effort("test", 1, 0, 0, ROUNDS, 1, false, 500);

    private static final Priced BASE = stores("BASE", 1);
    private static final Priced TWICE = stores("TWICE", 2);
    private static final Priced SAME = stores("SAME", 1);
    private static final Series SERIES = new Series(List.of(BASE, TWICE, SAME));

    /** As many stores: a course of its own for each number. */
    private static Priced stores(String variant, int stores) {
        return new Priced("Stores", "", "store", variant, machine -> {
            Word word = machine.word("word", 0);
            return () -> {
                IntStream.range(0, stores).forEach(word::writeOnce);
                return stores;
            };
        });
    }

    private static List<Price> prices(int jvms, FakeRunner.Nanos nanos) throws RunnerException {
        PriceRun run = new PriceRun(List.of(SERIES), EFFORT, new FakeRunner(ROUNDS, CLOCK, nanos));
        for (int i = 0; i < jvms; i++) {
            run.fork();
        }
        return run.prices();
    }

    private static double byEntry(String entry, double base, double twice) {
        return entry.endsWith(TWICE.key()) ? twice : base;
    }

    @Test
    void thePriceIsTheTimeOverTheBasesAndTheClockIsInNeither() throws RunnerException {
        List<Price> prices = prices(1, (entry, jvm, round) -> byEntry(entry, 10, 30));
        assertThat(prices).extracting(Price::point).containsExactly("Stores/BASE", "Stores/TWICE", "Stores/SAME");
        assertThat(prices).extracting(Price::base).containsOnly("Stores/BASE");
        assertThat(prices.get(0).nanos()).isCloseTo(10, within(1e-9));
        assertThat(prices.get(0).ratio()).isEqualTo(Ratio.ONE);
        assertThat(prices.get(0).claim()).isEqualTo(Claim.SAME);
        assertThat(prices.get(1).nanos()).isCloseTo(30, within(1e-9));
        assertThat(prices.get(1).ratio()).isEqualTo(new Ratio(3, 3, 3, ROUNDS));
        assertThat(prices.get(1).claim()).isEqualTo(Claim.DIFFERENT);
    }

    @Test
    void whatDoesTheSameIsTimedOnce() throws RunnerException {
        Price same = prices(1, (entry, jvm, round) -> byEntry(entry, 10, 30)).get(2);
        assertThat(same.nanos()).isCloseTo(10, within(1e-9));
        assertThat(same.ratio()).isEqualTo(Ratio.ONE);
        assertThat(same.claim()).isEqualTo(Claim.SAME);
    }

    /** The base takes 10 ns in each round, the other 10 ns and one more in each: the sixth and the fifteenth enclose the median. */
    @Test
    void theIntervalIsThatOfTheRounds() throws RunnerException {
        Price price =
                prices(1, (entry, jvm, round) -> byEntry(entry, 10, 10 + round)).get(1);
        assertThat(price.nanos()).isCloseTo(19.5, within(1e-9));
        assertThat(price.ratio()).isEqualTo(new Ratio(1.95, 1.5, 2.4, ROUNDS));
    }

    /** What both do in the same round belongs together, and what they do in the same JVM. */
    @Test
    void roundsArePairedInEachJvm() throws RunnerException {
        Price price = prices(
                        6, (entry, jvm, round) -> (round + 1) * (entry.endsWith(TWICE.key()) ? 10.0 * (jvm + 2) : 10))
                .get(1);
        assertThat(price.ratio()).isEqualTo(new Ratio(4.5, 2, 7, 6));
    }

    /** A base that takes half as long again when it is compiled once more allows no claim of a fifth. */
    @Test
    void howFarChanceGoesIsTheBaseAgainstItself() throws RunnerException {
        Price price = prices(1, (entry, jvm, round) -> entry.startsWith(Prices.AGAIN) ? 15 : byEntry(entry, 10, 12))
                .get(1);
        assertThat(price.again()).isEqualTo(new Ratio(1.5, 1.5, 1.5, ROUNDS));
        assertThat(price.ratio()).isEqualTo(new Ratio(1.2, 1.2, 1.2, ROUNDS));
        assertThat(price.claim()).isEqualTo(Claim.ABOUT_EQUAL);
    }

    /** A plan that is read backwards takes one for the other, whatever else it has. */
    @Test
    void theControlStandsAtBothEndsOfThePlan() throws RunnerException {
        List<String> lines = new ArrayList<>();
        FakeRunner nothing = new FakeRunner(ROUNDS, CLOCK, (entry, jvm, round) -> 10);
        PriceRun run = new PriceRun(List.of(SERIES), EFFORT, (subject, plan) -> {
            lines.addAll(plan);
            return nothing.run(subject, plan);
        });
        assertThat(run.control()).as("before the first JVM").isEmpty();
        run.fork();
        assertThat(lines).first().isEqualTo("2 Control/WITHOUT_FENCE: store, load");
        assertThat(lines).last().isEqualTo("2 Control/WITH_FENCE: store, load");
    }

    @Test
    void theControlIsOfTheSubjectAndOfAllItsJvms() throws RunnerException {
        PriceRun run = new PriceRun(
                List.of(SERIES),
                EFFORT,
                new FakeRunner(
                        ROUNDS,
                        CLOCK,
                        (entry, jvm, round) -> entry.contains("/WITH_FENCE")
                                ? 10 + jvm
                                : entry.startsWith(Prices.AGAIN) ? 7.5 : byEntry(entry, 5, 4)));
        run.fork();
        assertThat(run.control())
                .contains(new PriceControl(
                        "Stores", 1, new Ratio(2, 2, 2, ROUNDS), 4, new Ratio(1.5, 1.5, 1.5, ROUNDS), null));
        for (int jvm = 1; jvm < 6; jvm++) {
            run.fork();
        }
        assertThat(run.control().orElseThrow().jvms()).isEqualTo(6);
        assertThat(run.control().orElseThrow().ratio()).isEqualTo(new Ratio(2.5, 2, 3, 6));
    }
}
