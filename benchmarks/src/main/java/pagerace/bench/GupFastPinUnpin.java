// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.Steps;
import pagerace.race.GupFastVsFork;

/**
 * What each fix of fork costs GUP-fast when nobody interferes: one page pinned for writing and unpinned.
 *
 * <table>
 *   <caption>Three ways to do the same atomic operations, and what their differences mean</caption>
 *   <tr><td>{@link #raw}</td><td>on the fields of one object, through static handles: the floor</td></tr>
 *   <tr><td>{@link #words}</td><td>the same lines on the hardware machine; over {@link #raw}: the price of the machine</td></tr>
 *   <tr><td>{@link #model}</td><td>the model's GUP-fast; over {@link #words}: the price of the kernel's way from structure to
 *     structure (after each fence it is walked anew), of steps chosen at run time, and of the result object</td></tr>
 * </table>
 *
 * <p>Differences between variants of one of them are the prices of fences, rechecks and locked instructions on this host.
 *
 * <p>Run: {@code java -jar benchmarks/target/benchmarks.jar GupFastPinUnpin}; {@code -p size=LARGE} for a large folio.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class GupFastPinUnpin {
    /** Every variant of fork that is not a mutant. */
    @Param({
        "NO_EARLY_COPY",
        "WRITE_PROTECT_DANCE",
        "CHECK_ONLY",
        "HUGETLB_CHECK_ONLY",
        "SEQ",
        "SEQ_TWO_STEP_PIN",
        "SEQ_ANON_EXCLUSIVE_UNFENCED_PIN",
        "SEQ_ANON_EXCLUSIVE",
        "SEQ_ANON_EXCLUSIVE_FORK_FENCE"
    })
    public String variant = "SEQ_ANON_EXCLUSIVE";

    /** SMALL: a pin is 1024 references. LARGE: a pin is a reference and a pin count of its own. */
    @Param({"SMALL"})
    public String size = "SMALL";

    private ModelPinner model = new ModelPinner(GupFast.V6_1, false);
    private WordPinner words = new WordPinner(GupFast.V6_1, false);
    private RawPinner raw = new RawPinner(GupFast.V6_1, false);

    /** Makes the page. */
    @Setup
    public void setUp() {
        Steps<GupFast.Step> steps = GupFastVsFork.gupFastOf(variant);
        boolean large = size.equals("LARGE");
        model = new ModelPinner(steps, large);
        words = new WordPinner(steps, large);
        raw = new RawPinner(steps, large);
    }

    /** The model's GUP-fast on the hardware machine. */
    @Benchmark
    public int model() {
        GupFast.Grab grab = model.grab();
        model.release(grab);
        return grab.pfn();
    }

    /** The same atomic operations, without the kernel's structures, on the hardware machine. */
    @Benchmark
    public int words() {
        int pfn = words.pin();
        words.unpin(pfn);
        return pfn;
    }

    /** The same atomic operations on fields. */
    @Benchmark
    public int raw() {
        int pfn = raw.pin();
        raw.unpin(pfn);
        return pfn;
    }

    /** What the three pin. */
    List<Pinner> pinners() {
        return List.of(model, words, raw);
    }
}
