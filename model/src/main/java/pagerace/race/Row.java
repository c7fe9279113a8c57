// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.mm.Kernel;

/**
 * All that the catalogue says of one variant: where it comes from, which kernel it is, in which places it is a point, from which
 * memory model on it breaks there, which sibling is its control, and where threads run it.
 *
 * <p>A rule names the places that it is about by values of their dimensions, all of which a place must have; a rule that names none
 * is about every place. Immutable: each method returns a longer row.
 */
public final class Row {
    /** Something that is said of the places which have all of {@link #where}. */
    private sealed interface Rule {
        List<Dimension> where();

        default boolean fits(Place at) {
            return where().stream().allMatch(at::is);
        }
    }

    /** Whether it is a point. */
    private record In(boolean yes, List<Dimension> where) implements Rule {}

    /** Whether threads run it. */
    private record OnThreads(boolean yes, List<Dimension> where) implements Rule {}

    /** From where on it breaks. */
    private record Breaks(Reachability from, List<Dimension> where) implements Rule {}

    /** Its control. */
    private record Control(Supplier<? extends Variant> sibling, List<Dimension> where) implements Rule {}

    private final Variant.Origin origin;
    private final Kernel kernel;
    private final boolean deadlocks;
    private final List<Rule> rules;

    private Row(Variant.Origin origin, Kernel kernel, boolean deadlocks, List<Rule> rules) {
        this.origin = origin;
        this.kernel = kernel;
        this.deadlocks = deadlocks;
        this.rules = rules;
    }

    private Row(Variant.Kind kind, String kernels, String commit, Kernel kernel, String difference) {
        this(
                new Variant.Origin(kind, kernels, commit, difference),
                Objects.requireNonNull(kernel, () -> "no kernel in the row: " + difference),
                false,
                List.of());
    }

    private Row and(Rule rule) {
        for (Dimension one : rule.where()) {
            for (Dimension other : rule.where()) {
                if (one != other && ((Enum<?>) one).getDeclaringClass() == ((Enum<?>) other).getDeclaringClass()) {
                    throw new IllegalArgumentException("No place is both " + one.name() + " and " + other.name()
                            + ": say each in a rule of its own, of the row: " + origin.difference());
                }
            }
        }
        List<Rule> longer = Stream.concat(rules.stream(), Stream.of(rule)).toList();
        return new Row(origin, kernel, deadlocks, longer);
    }

    /**
     * A row of the present kernel.
     *
     * @param kernels the mainline releases that have the variant, as {@link pagerace.kernel.Releases} reads them
     * @param commit the commit that introduced it, or a dash
     * @param kernel the kernel: one of those releases, perhaps with what some configuration adds or lacks; of candidates and of
     *     updates, the release next to them
     * @param difference the one difference in the steps, in one sentence without a full stop
     */
    public static Row mainline(String kernels, String commit, Kernel kernel, String difference) {
        return new Row(Variant.Kind.MAINLINE, kernels, commit, kernel, difference);
    }

    /** A row of a released kernel before the present one; see {@link #mainline}. */
    public static Row history(String kernels, String commit, Kernel kernel, String difference) {
        return new Row(Variant.Kind.HISTORY, kernels, commit, kernel, difference);
    }

    /** A row of a fix that was posted or suggested, never merged; see {@link #mainline}. */
    public static Row proposal(Kernel kernel, String difference) {
        return new Row(Variant.Kind.PROPOSAL, "-", "-", kernel, difference);
    }

    /** A row of another variant with one load-bearing step dropped or displaced; see {@link #mainline}. */
    public static Row mutant(Kernel kernel, String difference) {
        return new Row(Variant.Kind.MUTANT, "-", "-", kernel, difference);
    }

    /** It is a point there. A row that never says this has a point in every place of its race; but see {@link #notIn}. */
    public Row in(Dimension... where) {
        return and(new In(true, List.of(where)));
    }

    /** It is no point there, whatever any other rule says. */
    public Row notIn(Dimension... where) {
        return and(new In(false, List.of(where)));
    }

    /** Threads run it there. They run nothing for a row that never says this; but see {@link #offThreads}. */
    public Row onThreads(Dimension... where) {
        return and(new OnThreads(true, List.of(where)));
    }

    /** Threads do not run it there, whatever any other rule says. */
    public Row offThreads(Dimension... where) {
        return and(new OnThreads(false, List.of(where)));
    }

    /** It breaks there from {@code from} on. It never does where no rule says so; of several rules the last one counts. */
    public Row breaks(Reachability from, Dimension... where) {
        return and(new Breaks(from, List.of(where)));
    }

    /** It holds there, whatever was said before. */
    public Row holds(Dimension... where) {
        return breaks(Reachability.NEVER, where);
    }

    /**
     * There {@code sibling} shows what it would look like if it broke. Of several rules the last one counts.
     *
     * @param sibling asked for when all variants are there. A row itself can name only rows above it, which is javac's rule;
     *     a method that makes rows, and {@link Listed#usualControl}, can name all
     */
    public Row control(Supplier<? extends Variant> sibling, Dimension... where) {
        return and(new Control(sibling, List.of(where)));
    }

    /** Its forbidden outcome is that its actors deadlock. */
    public Row deadlocks() {
        return new Row(origin, kernel, true, rules);
    }

    Variant.Origin origin() {
        return origin;
    }

    /** The kernel, but for what a place changes in it. */
    public Kernel kernel() {
        return kernel;
    }

    boolean isDeadlocking() {
        return deadlocks;
    }

    /** What its rules are about: of each, the values that a place must have. */
    List<List<Dimension>> places() {
        return rules.stream().map(Rule::where).toList();
    }

    boolean has(Place at) {
        List<In> all = all(In.class);
        return all.stream().noneMatch(rule -> !rule.yes && rule.fits(at))
                && (all.stream().noneMatch(In::yes) || all.stream().anyMatch(rule -> rule.yes && rule.fits(at)));
    }

    boolean isPlanned(Place at) {
        List<OnThreads> all = all(OnThreads.class);
        return all.stream().noneMatch(rule -> !rule.yes && rule.fits(at))
                && all.stream().anyMatch(rule -> rule.yes && rule.fits(at));
    }

    Reachability reachableFrom(Place at) {
        Breaks last = last(Breaks.class, at);
        return last == null ? Reachability.NEVER : last.from;
    }

    @Nullable
    Variant control(Place at) {
        Control last = last(Control.class, at);
        return last == null
                ? null
                : Objects.requireNonNull(last.sibling.get(), () -> "no control in the row: " + origin.difference());
    }

    private <R extends Rule> List<R> all(Class<R> kind) {
        return rules.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private <R extends Rule> @Nullable R last(Class<R> kind, Place at) {
        return all(kind).stream()
                .filter(rule -> rule.fits(at))
                .reduce((before, last) -> last)
                .orElse(null);
    }
}
