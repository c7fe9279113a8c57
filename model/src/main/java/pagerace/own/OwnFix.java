// SPDX-License-Identifier: Apache-2.0
package pagerace.own;

import java.util.Locale;
import java.util.Objects;
import pagerace.machine.Machine;
import pagerace.mm.Steps;

/**
 * A fix of the user's own: one operation of a race, done in another way than by the variant that it starts from. It becomes a
 * variant of that race, behind the built-in ones, which is explored, stressed, graded and priced like them, and explored
 * without each of its steps.
 *
 * <p>To add one, write a public subclass with a public constructor without parameters, name it in a file
 * {@code META-INF/services/pagerace.own.OwnFix}, and put both on the class path of PageRace. The whole of it is some thirty lines:
 * <pre>{@code
 * public final class LookTwice extends OwnFix<MarkDirty, LookTwice.Added> {
 *     public enum Added { SECOND_LOOK }
 *
 *     public LookTwice() {
 *         super("UnpinDirtyVsClean", "PRECHECK", MarkDirty.class, Steps.of(Added.SECOND_LOOK), "the folio is looked at twice");
 *     }
 *
 *     public MarkDirty operation(Machine machine, MarkDirty builtIn, Steps<Added> added) {
 *         return new MarkDirty(builtIn.kernel, builtIn.file) {
 *             ... // overrides a step, and asks added.has(Added.SECOND_LOOK)
 *         };
 *     }
 * }
 * }</pre>
 *
 * <p>Contract. An own fix is stateless, for it is asked from several threads; its operation keeps the rules of
 * {@linkplain pagerace.mm.op model code}: it shares state through words only, keeps everything else in locals, writes no field,
 * catches nothing, asks no clock, no random source and no thread, makes no words, and bounds every loop. The explorer runs it
 * over and over and stops it in the middle. It notices most violations, but not an endless loop that touches no word.
 *
 * @param <T> the operation that it replaces
 * @param <S> the steps that it marks; may be the operation's own
 */
public abstract class OwnFix<T, S extends Enum<S>> {
    private final String race;
    private final String startsFrom;
    private final Class<T> replaces;
    private final Steps<S> steps;
    private final String difference;

    /**
     * A fix for {@code race}.
     *
     * @param race the race's name: {@code GupFastVsFork}
     * @param startsFrom the name of the built-in variant all of whose other operations are kept: {@code CHECK_ONLY}. The fix has its
     *     places, as far as the operation is used there, and real threads run it where they run that one
     * @param replaces the operation's class, exactly: a race that builds a subclass of it builds another operation
     * @param steps the steps that {@code necessity} is to drop, one by one; perhaps none
     * @param difference what it does otherwise, in one sentence without a full stop
     */
    protected OwnFix(String race, String startsFrom, Class<T> replaces, Steps<S> steps, String difference) {
        this.race = Objects.requireNonNull(race);
        this.startsFrom = Objects.requireNonNull(startsFrom);
        this.replaces = Objects.requireNonNull(replaces);
        this.steps = Objects.requireNonNull(steps);
        this.difference = Objects.requireNonNull(difference);
    }

    /**
     * The operation in the user's way: as a rule an instance of a subclass that is made of {@code builtIn} and overrides one or
     * two of its steps. Called during setup, once per scenario, of which there are millions.
     *
     * @param machine for fences, and for words of the fix's own: make them here, not while the operation runs
     * @param builtIn the operation of the variant that the fix starts from: its kernel, and what it works on, are public fields
     * @param steps the steps to do: the marked ones, but for those that were dropped. Better call it something else: in a
     *     subclass of the operation, {@code steps} are that operation's
     */
    public abstract T operation(Machine machine, T builtIn, Steps<S> steps);

    /** The name of the variant. By default the name of the class, {@code LookAgain} as {@code LOOK_AGAIN}. */
    public String name() {
        return getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_")
                .toUpperCase(Locale.ROOT);
    }

    /** The name of the race. */
    public final String race() {
        return race;
    }

    /** The name of the variant that it starts from. */
    public final String startsFrom() {
        return startsFrom;
    }

    /** The class of the operation that it replaces. */
    public final Class<T> replaces() {
        return replaces;
    }

    /** The steps that it marks. */
    public final Steps<S> steps() {
        return steps;
    }

    /** What it does otherwise. */
    public final String difference() {
        return difference;
    }
}
