// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Schedule.Event;
import pagerace.explore.Schedule.Fate;
import pagerace.explore.Step.Kind;
import pagerace.machine.Order;

/**
 * A schedule in the words of the kernel, without the memory it ran on: what {@link Trace} prints, and what pictures are drawn
 * from.
 *
 * @param actors what the actors are called
 * @param lines what happened, in order; the ends of the actors are the last
 */
public record Transcript(List<String> actors, List<Line> lines) {
    /** What a line tells. */
    public enum Tells {
        /** An actor did a step. */
        STEP,
        /** Memory moved by itself, on the actor's behalf: a store left its buffer. */
        MEMORY,
        /** The actor has to wait, and somebody else goes on. */
        WAIT,
        /** How the actor ended. */
        END
    }

    /** What a step does to its word. */
    public enum Access {
        /** It is a fence. */
        FENCE,
        /** It reads; so does a conditional read-modify-write that does not take place. */
        READ,
        /** It writes. */
        WRITE,
        /** It reads and writes at once. */
        UPDATE,
        /** It takes the lock that the word is. */
        LOCK,
        /** It gives that lock back. */
        UNLOCK
    }

    /** In what a step departs from acting on memory at once, on its last value. */
    public enum Relaxation {
        /** A write that waits in the actor's store buffer. */
        BUFFERED,
        /** A read of another value than the one written last, and not from the actor's own buffer. */
        STALE
    }

    /**
     * One line.
     *
     * @param tells what it tells
     * @param actor the number of the actor
     * @param text the operation and what it returned; what is waited for; how the actor ended
     * @param access what a step does; null for what is none
     * @param word the word that it is about; null for a fence and an end
     * @param change what became of the word, {@code old -> new}; null if nothing yet
     * @param note what the memory model adds; null if nothing
     * @param relaxation in what a step departs from sequential consistency; null if in nothing
     * @param site the line of model code; null for what is no step, and does not wait for one
     */
    public record Line(
            Tells tells,
            int actor,
            String text,
            @Nullable Access access,
            @Nullable String word,
            @Nullable String change,
            @Nullable String note,
            @Nullable Relaxation relaxation,
            @Nullable Site site) {
        private static final String BECOMES = " -> ";

        /**
         * {@link #change} in short: of a list of flags only what came and what went, {@code +dirty -uptodate}; all of it where
         * something else changed, or where the two lists have nothing in common.
         */
        public @Nullable String difference() {
            if (change == null || !change.contains(BECOMES)) {
                return change;
            }
            int becomes = change.indexOf(BECOMES);
            List<String> old = List.of(change.substring(0, becomes).split(" ", -1));
            List<String> now =
                    List.of(change.substring(becomes + BECOMES.length()).split(" ", -1));
            if (old.size() != now.size()) {
                return change;
            }
            int[] differing = IntStream.range(0, old.size())
                    .filter(i -> !old.get(i).equals(now.get(i)))
                    .toArray();
            if (differing.length != 1) {
                return change;
            }
            List<String> before = List.of(old.get(differing[0]).split(",", -1));
            List<String> after = List.of(now.get(differing[0]).split(",", -1));
            if (Collections.disjoint(before, after)) {
                return change;
            }
            return Stream.concat(
                            after.stream()
                                    .filter(flag -> !before.contains(flag))
                                    .map(flag -> "+" + flag),
                            before.stream()
                                    .filter(flag -> !after.contains(flag))
                                    .map(flag -> "-" + flag))
                    .collect(Collectors.joining(" "));
        }
    }

    /**
     * Tells {@code schedule}.
     *
     * @param actors what to call each actor
     */
    public static Transcript of(Schedule schedule, List<String> actors) {
        return new Teller(schedule, actors).tell();
    }

    /** Tells one schedule. */
    private static final class Teller implements Names {
        private final Schedule schedule;
        private final List<String> actors;
        private final List<Line> lines = new ArrayList<>();
        /** Per actor and word: what the actor added to take the lock that lives there. */
        private final Map<Integer, Map<Integer, Long>> locks = new HashMap<>();
        /** Per actor: the words whose new values wait in its store buffer, the oldest first. */
        private final Map<Integer, List<Integer>> waiting = new HashMap<>();

        Teller(Schedule schedule, List<String> actors) {
            this.schedule = schedule;
            this.actors = actors;
        }

        Transcript tell() {
            List<Event> events = schedule.events();
            for (int i = 0; i < events.size(); i++) {
                Event event = events.get(i);
                if (event.step() == null) {
                    memory(event);
                } else if (i + 1 < events.size() && takesEffectAtOnce(event, events.get(i + 1))) {
                    i++;
                    step(event, events.get(i).after(), null);
                } else {
                    String said = said(event);
                    step(event, event.after(), said.isEmpty() ? null : said);
                }
                waitAfter(i);
            }
            fates();
            return new Transcript(List.copyOf(actors), List.copyOf(lines));
        }

        /**
         * Whether {@code next} is memory completing the very step {@code event}, because nothing of this actor was under way
         * before: then the two are told as one step that took effect at once.
         */
        private static boolean takesEffectAtOnce(Event event, Event next) {
            return next.step() == null && next.actor() == event.actor() && !isUnderWay(event.actor(), event.before());
        }

        /** Whether memory has still to do something for the actor. */
        private static boolean isUnderWay(int actor, Memory memory) {
            boolean[] underWay = new boolean[1];
            memory.internal(actor, (next, read) -> underWay[0] = true);
            return underWay[0];
        }

        /** What the memory model says of the event; empty if nothing. */
        private String said(Event event) {
            return event.before().note(event.actor(), event.step(), event.read(), event.after(), this);
        }

        private void memory(Event event) {
            List<Integer> buffer = waitingOf(event.actor());
            int word = buffer.isEmpty() ? Step.NOWHERE : buffer.remove(0);
            lines.add(new Line(
                    Tells.MEMORY,
                    event.actor(),
                    said(event),
                    null,
                    word == Step.NOWHERE ? null : word(word),
                    word == Step.NOWHERE ? null : change(word, event.before(), event.after()),
                    "",
                    null,
                    null));
        }

        private void step(Event event, Memory after, @Nullable String note) {
            Step step = requireNonNull(event.step());
            int actor = event.actor();
            boolean unlocks = isUnlock(actor, step, event.read());
            boolean fence = step.kind().isFence();
            boolean buffered = step.kind() == Kind.WRITE && isUnderWay(actor, after);
            boolean stale = step.kind().reads() && isStale(actor, step, event);
            Relaxation relaxation = buffered ? Relaxation.BUFFERED : stale ? Relaxation.STALE : null;
            if (buffered) {
                waitingOf(actor).add(step.location());
            }
            lines.add(new Line(
                    Tells.STEP,
                    actor,
                    unlocks ? call("unlock", step) : operation(step, event.read()),
                    unlocks ? Access.UNLOCK : access(step, event.read()),
                    fence ? null : word(step.location()),
                    fence ? null : change(step.location(), event.before(), after),
                    note,
                    relaxation,
                    step.site()));
        }

        private List<Integer> waitingOf(int actor) {
            return waiting.computeIfAbsent(actor, unused -> new ArrayList<>());
        }

        /** Whether there is a newer value than the one read: in memory, or in somebody else's store buffer. */
        private boolean isStale(int actor, Step step, Event event) {
            int word = step.location();
            if (waitingOf(actor).contains(word)) {
                return false;
            }
            return event.read() != event.before().last(word)
                    || waiting.values().stream().anyMatch(buffer -> buffer.contains(word));
        }

        private static Access access(Step step, long read) {
            Kind kind = step.kind();
            if (kind.isFence()) {
                return Access.FENCE;
            }
            if (kind == Kind.WRITE) {
                return Access.WRITE;
            }
            if (!kind.isReadModifyWrite() || !step.takesPlace(read)) {
                return Access.READ;
            }
            return isLocking(kind) ? Access.LOCK : Access.UPDATE;
        }

        private static boolean isLocking(Kind kind) {
            return kind == Kind.ACQUIRE_WHEN_CLEAR || kind == Kind.TRY_ACQUIRE_WHEN_CLEAR;
        }

        /** Whether the step gives back a lock that the actor holds; keeps account of who holds what. */
        private boolean isUnlock(int actor, Step step, long read) {
            Map<Integer, Long> held = locks.computeIfAbsent(actor, unused -> new HashMap<>());
            int word = step.location();
            if (isLocking(step.kind())) {
                if (step.takesPlace(read)) {
                    held.put(word, step.b());
                }
                return false;
            }
            Long taken = held.get(word);
            return taken != null && step.order() == Order.RELEASE && step.after(taken) == 0 && held.remove(word, taken);
        }

        private @Nullable String change(int word, Memory before, Memory after) {
            return before.last(word) == after.last(word)
                    ? null
                    : value(word, before.last(word)) + Line.BECOMES + value(word, after.last(word));
        }

        /** If the actor of event {@code i} hands over although it is not done, because its next step has to wait, says so. */
        private void waitAfter(int i) {
            Event event = schedule.events().get(i);
            List<Event> later = schedule
                    .events()
                    .subList(i + 1, schedule.events().size())
                    .stream()
                    .filter(other -> other.step() != null)
                    .toList();
            if (later.isEmpty() || later.get(0).actor() == event.actor()) {
                return;
            }
            later.stream()
                    .filter(other -> other.actor() == event.actor())
                    .findFirst()
                    .filter(next -> mustWait(next, event.after()))
                    .map(Event::step)
                    .ifPresent(next -> lines.add(new Line(
                            Tells.WAIT,
                            event.actor(),
                            "waits for " + awaited(next),
                            null,
                            word(next.location()),
                            null,
                            null,
                            null,
                            null)));
        }

        private static boolean mustWait(Event next, Memory memory) {
            Step step = requireNonNull(next.step());
            if (step.kind() != Kind.AWAIT && step.kind() != Kind.ACQUIRE_WHEN_CLEAR) {
                return false;
            }
            boolean[] enabled = new boolean[1];
            memory.step(next.actor(), step, requireNonNull(next.past()), (after, read) -> enabled[0] = true);
            return !enabled[0]
                    && !isUnderWay(next.actor(), memory); // else it may be its own stores that have to go first
        }

        private void fates() {
            for (int actor = 0; actor < actors.size(); actor++) {
                Fate fate = schedule.fates().get(actor);
                Step blocked = fate.waiting();
                lines.add(new Line(
                        Tells.END,
                        actor,
                        blocked == null ? shown(fate.end()) : "waits for ever for " + awaited(blocked),
                        null,
                        blocked == null ? null : word(blocked.location()),
                        null,
                        null,
                        null,
                        blocked == null ? null : blocked.site()));
            }
        }

        /** How an actor ended; a record without its class name. */
        private static String shown(@Nullable Object end) {
            String text = String.valueOf(end);
            return end instanceof Record && text.endsWith("]")
                    ? text.substring(text.indexOf('[') + 1, text.length() - 1)
                    : text;
        }

        /** What a step waits for, and who holds it if it is a lock. */
        private String awaited(Step step) {
            String holders = IntStream.range(0, actors.size())
                    .filter(actor -> locks.getOrDefault(actor, Map.of()).containsKey(step.location()))
                    .mapToObj(actors::get)
                    .collect(Collectors.joining(", "));
            return word(step.location()) + (holders.isEmpty() ? "" : " (held by " + holders + ")");
        }

        private String operation(Step step, long read) {
            Order order = step.order();
            return switch (step.kind()) {
                case READ ->
                    call(order == Order.ACQUIRE ? "smp_load_acquire" : "READ_ONCE", step) + returned(step, read);
                case WRITE ->
                    call(order == Order.RELEASE ? "smp_store_release" : "WRITE_ONCE", step, value(step, step.a()));
                case XCHG -> call("xchg" + suffix(order), step, value(step, step.a())) + returned(step, read);
                case CMPXCHG ->
                    call("cmpxchg" + suffix(order), step, value(step, step.a()), value(step, step.b()))
                            + returned(step, read);
                case FETCH_ADD ->
                    combine("atomic_fetch_add" + suffix(order), step, "" + step.a()) + returned(step, read);
                case FETCH_OR -> combine("atomic_fetch_or" + suffix(order), step, mask(step)) + returned(step, read);
                case FETCH_AND_NOT ->
                    combine("atomic_fetch_andnot" + suffix(order), step, mask(step)) + returned(step, read);
                case ADD -> combine("atomic_add", step, "" + step.a());
                case OR -> combine("atomic_or", step, mask(step));
                case AND_NOT ->
                    combine(order == Order.RELEASE ? "clear_bit_unlock" : "atomic_andnot", step, mask(step));
                case ADD_UNLESS ->
                    call("atomic_add_unless" + suffix(order), step, "" + step.a(), "" + step.b())
                            + happened(step, read);
                case AWAIT -> call("wait_for", step) + returned(step, read);
                case ACQUIRE_WHEN_CLEAR -> call("lock", step);
                case TRY_ACQUIRE_WHEN_CLEAR -> call("trylock", step) + happened(step, read);
                case MB, RMB, WMB, MB_BEFORE_ATOMIC, MB_AFTER_ATOMIC, MB_AFTER_SPINLOCK ->
                    step.kind().fence() + "()";
            };
        }

        private String call(String function, Step step, String... operands) {
            String list = operands.length == 0 ? "" : ", " + String.join(", ", operands);
            return function + "(" + word(step.location()) + list + ")";
        }

        /** A call of the kind that names the operand before the word. */
        private String combine(String function, Step step, String operand) {
            return function + "(" + operand + ", " + word(step.location()) + ")";
        }

        private String value(Step step, long value) {
            return value(step.location(), value);
        }

        private String mask(Step step) {
            return schedule.formats().get(step.location()).mask(step.a());
        }

        private String returned(Step step, long read) {
            return " = " + value(step, read);
        }

        private static String happened(Step step, long read) {
            return " = " + step.takesPlace(read);
        }

        private static String suffix(Order order) {
            return order == Order.FULL ? "" : "_" + order.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String actor(int actor) {
            return actors.get(actor);
        }

        @Override
        public String word(int location) {
            return schedule.words().get(location);
        }

        @Override
        public String value(int location, long value) {
            return schedule.formats().get(location).value(value);
        }
    }
}
