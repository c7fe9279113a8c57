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
import pagerace.explore.Access.Kind;
import pagerace.explore.Schedule.Event;
import pagerace.explore.Schedule.Fate;
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
        /** An actor did an access. */
        STEP,
        /** Memory moved by itself, on the actor's behalf: a store left its buffer. */
        MEMORY,
        /** The actor has to wait, and somebody else goes on. */
        WAIT,
        /** How the actor ended. */
        END
    }

    /** What an access does to its word. */
    public enum Use {
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

    /** In what an access departs from acting on memory at once, on its last value. */
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
     * @param access what an access does; null for what is none
     * @param word the word that it is about; null for a fence and an end
     * @param change what became of the word, {@code old -> new}; null if nothing yet
     * @param note what the memory model adds; null if nothing
     * @param relaxation in what an access departs from sequential consistency; null if in nothing
     * @param site the line of model code; null for what is no access, and does not wait for one
     */
    public record Line(
            Tells tells,
            int actor,
            String text,
            @Nullable Use access,
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
                if (event.access() == null) {
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
         * before: then the two are told as one access that took effect at once.
         */
        private static boolean takesEffectAtOnce(Event event, Event next) {
            return next.access() == null && next.actor() == event.actor() && !isUnderWay(event.actor(), event.before());
        }

        /** Whether memory has still to do something for the actor. */
        private static boolean isUnderWay(int actor, Memory memory) {
            boolean[] underWay = new boolean[1];
            memory.internal(actor, (next, read) -> underWay[0] = true);
            return underWay[0];
        }

        /** What the memory model says of the event; empty if nothing. */
        private String said(Event event) {
            return event.before().note(event.actor(), event.access(), event.read(), event.after(), this);
        }

        private void memory(Event event) {
            List<Integer> buffer = waitingOf(event.actor());
            int word = buffer.isEmpty() ? Access.NOWHERE : buffer.remove(0);
            lines.add(new Line(
                    Tells.MEMORY,
                    event.actor(),
                    said(event),
                    null,
                    word == Access.NOWHERE ? null : word(word),
                    word == Access.NOWHERE ? null : change(word, event.before(), event.after()),
                    "",
                    null,
                    null));
        }

        private void step(Event event, Memory after, @Nullable String note) {
            Access access = requireNonNull(event.access());
            int actor = event.actor();
            boolean unlocks = isUnlock(actor, access, event.read());
            boolean fence = access.kind().isFence();
            boolean buffered = access.kind() == Kind.WRITE && isUnderWay(actor, after);
            boolean stale = access.kind().reads() && isStale(actor, access, event);
            Relaxation relaxation = buffered ? Relaxation.BUFFERED : stale ? Relaxation.STALE : null;
            if (buffered) {
                waitingOf(actor).add(access.location());
            }
            lines.add(new Line(
                    Tells.STEP,
                    actor,
                    unlocks ? call("unlock", access) : operation(access, event.read()),
                    unlocks ? Use.UNLOCK : use(access, event.read()),
                    fence ? null : word(access.location()),
                    fence ? null : change(access.location(), event.before(), after),
                    note,
                    relaxation,
                    access.site()));
        }

        private List<Integer> waitingOf(int actor) {
            return waiting.computeIfAbsent(actor, unused -> new ArrayList<>());
        }

        /** Whether there is a newer value than the one read: in memory, or in somebody else's store buffer. */
        private boolean isStale(int actor, Access access, Event event) {
            int word = access.location();
            if (waitingOf(actor).contains(word)) {
                return false;
            }
            return event.read() != event.before().last(word)
                    || waiting.values().stream().anyMatch(buffer -> buffer.contains(word));
        }

        private static Use use(Access access, long read) {
            Kind kind = access.kind();
            if (kind.isFence()) {
                return Use.FENCE;
            }
            if (kind == Kind.WRITE) {
                return Use.WRITE;
            }
            if (!kind.isReadModifyWrite() || !access.takesPlace(read)) {
                return Use.READ;
            }
            return isLocking(kind) ? Use.LOCK : Use.UPDATE;
        }

        private static boolean isLocking(Kind kind) {
            return kind == Kind.ACQUIRE_WHEN_CLEAR || kind == Kind.TRY_ACQUIRE_WHEN_CLEAR;
        }

        /** Whether the access gives back a lock that the actor holds; keeps account of who holds what. */
        private boolean isUnlock(int actor, Access access, long read) {
            Map<Integer, Long> held = locks.computeIfAbsent(actor, unused -> new HashMap<>());
            int word = access.location();
            if (isLocking(access.kind())) {
                if (access.takesPlace(read)) {
                    held.put(word, access.b());
                }
                return false;
            }
            Long taken = held.get(word);
            return taken != null
                    && access.order() == Order.RELEASE
                    && access.after(taken) == 0
                    && held.remove(word, taken);
        }

        private @Nullable String change(int word, Memory before, Memory after) {
            return before.last(word) == after.last(word)
                    ? null
                    : value(word, before.last(word)) + Line.BECOMES + value(word, after.last(word));
        }

        /** If the actor of event {@code i} hands over although it is not done, because its next access has to wait, says so. */
        private void waitAfter(int i) {
            Event event = schedule.events().get(i);
            List<Event> later = schedule
                    .events()
                    .subList(i + 1, schedule.events().size())
                    .stream()
                    .filter(other -> other.access() != null)
                    .toList();
            if (later.isEmpty() || later.get(0).actor() == event.actor()) {
                return;
            }
            later.stream()
                    .filter(other -> other.actor() == event.actor())
                    .findFirst()
                    .filter(next -> mustWait(next, event.after()))
                    .map(Event::access)
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
            Access access = requireNonNull(next.access());
            if (access.kind() != Kind.AWAIT && access.kind() != Kind.ACQUIRE_WHEN_CLEAR) {
                return false;
            }
            boolean[] enabled = new boolean[1];
            memory.step(next.actor(), access, requireNonNull(next.past()), (after, read) -> enabled[0] = true);
            return !enabled[0]
                    && !isUnderWay(next.actor(), memory); // else it may be its own stores that have to go first
        }

        private void fates() {
            for (int actor = 0; actor < actors.size(); actor++) {
                Fate fate = schedule.fates().get(actor);
                Access blocked = fate.waiting();
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

        /** What an access waits for, and who holds it if it is a lock. */
        private String awaited(Access access) {
            String holders = IntStream.range(0, actors.size())
                    .filter(actor -> locks.getOrDefault(actor, Map.of()).containsKey(access.location()))
                    .mapToObj(actors::get)
                    .collect(Collectors.joining(", "));
            return word(access.location()) + (holders.isEmpty() ? "" : " (held by " + holders + ")");
        }

        private String operation(Access access, long read) {
            Order order = access.order();
            return switch (access.kind()) {
                case READ ->
                    call(order == Order.ACQUIRE ? "smp_load_acquire" : "READ_ONCE", access) + returned(access, read);
                case WRITE ->
                    call(
                            order == Order.RELEASE ? "smp_store_release" : "WRITE_ONCE",
                            access,
                            value(access, access.a()));
                case XCHG -> call("xchg" + suffix(order), access, value(access, access.a())) + returned(access, read);
                case CMPXCHG ->
                    call("cmpxchg" + suffix(order), access, value(access, access.a()), value(access, access.b()))
                            + returned(access, read);
                case FETCH_ADD ->
                    combine("atomic_fetch_add" + suffix(order), access, "" + access.a()) + returned(access, read);
                case FETCH_OR ->
                    combine("atomic_fetch_or" + suffix(order), access, mask(access)) + returned(access, read);
                case FETCH_AND_NOT ->
                    combine("atomic_fetch_andnot" + suffix(order), access, mask(access)) + returned(access, read);
                case ADD -> combine("atomic_add", access, "" + access.a());
                case OR -> combine("atomic_or", access, mask(access));
                case AND_NOT ->
                    combine(order == Order.RELEASE ? "clear_bit_unlock" : "atomic_andnot", access, mask(access));
                case ADD_UNLESS ->
                    call("atomic_add_unless" + suffix(order), access, "" + access.a(), "" + access.b())
                            + happened(access, read);
                case AWAIT -> call("wait_for", access) + returned(access, read);
                case ACQUIRE_WHEN_CLEAR -> call("lock", access);
                case TRY_ACQUIRE_WHEN_CLEAR -> call("trylock", access) + happened(access, read);
                case MB, RMB, WMB, MB_BEFORE_ATOMIC, MB_AFTER_ATOMIC, MB_AFTER_SPINLOCK ->
                    access.kind().fence() + "()";
            };
        }

        private String call(String function, Access access, String... operands) {
            String list = operands.length == 0 ? "" : ", " + String.join(", ", operands);
            return function + "(" + word(access.location()) + list + ")";
        }

        /** A call of the kind that names the operand before the word. */
        private String combine(String function, Access access, String operand) {
            return function + "(" + operand + ", " + word(access.location()) + ")";
        }

        private String value(Access access, long value) {
            return value(access.location(), value);
        }

        private String mask(Access access) {
            return schedule.formats().get(access.location()).mask(access.a());
        }

        private String returned(Access access, long read) {
            return " = " + value(access, read);
        }

        private static String happened(Access access, long read) {
            return " = " + access.takesPlace(read);
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
