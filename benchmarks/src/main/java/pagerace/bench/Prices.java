// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import pagerace.bench.floor.Floor;
import pagerace.price.PriceControl;
import pagerace.price.PriceList;
import pagerace.price.Priced;

/**
 * Times everything that one race or workload has on its price list, side by side: each iteration times one entry of {@link
 * #plan}, in the order A B C, C B A, A B C, and so on. So whatever drifts, drifts for all of them.
 * Each is a {@link Constant} operation, compiled for itself.
 *
 * <p>It is of no use by itself: {@link PriceRun} writes the plan, and reads the iterations back into the order of the plan.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Prices {
    /** In a plan, what there is besides the keys of {@link Priced} and the names of floors. */
    static final String EMPTY = "empty";

    /** Between the entries of a plan. */
    static final String SEPARATOR = " | ";

    /** In front of a key: the same operation once more, compiled for itself. */
    static final String AGAIN = "again ";

    /** In front of the name of a floor: the one that runs on the hardware machine. */
    static final String ON_WORDS = "words ";

    /** The race or workload that the plan's keys belong to, but for those of its control. */
    @Param("")
    public String subject = "";

    /** The entries: how many copies make a batch, and what they are copies of. */
    @Param("1 " + EMPTY)
    public String plan = "1 " + EMPTY;

    private List<Batch> batches = List.of();
    private Batch current = Batch.empty(1);
    private int iteration;

    /** Which entry of a plan of {@code entries} the iteration with that number times. */
    static int entryOf(int iteration, int entries) {
        int position = iteration % entries;
        return (iteration / entries) % 2 == 0 ? position : entries - 1 - position;
    }

    /** Makes all batches. */
    @Setup(Level.Trial)
    public void makeBatches() {
        Map<String, Priced> priced = Stream.concat(
                        Stream.of(PriceControl.series()),
                        PriceList.series().stream()
                                .filter(series -> series.subject().equals(subject)))
                .flatMap(series -> series.variants().stream())
                .collect(Collectors.toMap(Priced::key, Function.identity(), (one, same) -> one));
        batches = Stream.of(plan.split(Pattern.quote(SEPARATOR), -1))
                .map(entry -> batch(entry, priced))
                .toList();
    }

    private static Batch batch(String entry, Map<String, Priced> priced) {
        int blank = entry.indexOf(' ');
        int copies = Integer.parseInt(entry.substring(0, blank));
        String asked = entry.substring(blank + 1);
        String what = asked.startsWith(AGAIN) ? asked.substring(AGAIN.length()) : asked;
        Priced operation = priced.get(what);
        if (operation != null) {
            return Batch.of(operation, copies);
        }
        if (what.equals(EMPTY)) {
            return Batch.empty(copies);
        }
        return what.startsWith(ON_WORDS)
                ? Batch.onWords(Floor.named(what.substring(ON_WORDS.length())), copies)
                : Batch.onArray(Floor.named(what), copies);
    }

    /** Takes the next entry. */
    @Setup(Level.Iteration)
    public void next() {
        current = batches.get(entryOf(iteration, batches.size()));
        iteration++;
    }

    /** Outside the clock: the batch runs on states that are set back. */
    @Setup(Level.Invocation)
    public void rewind() {
        current.rewind();
    }

    /** One batch. */
    @Benchmark
    public long price() {
        return current.run();
    }
}
