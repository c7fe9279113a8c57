// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Schedule.Event;
import pagerace.explore.Schedule.Fate;
import pagerace.explore.Step.Kind;
import pagerace.machine.Order;

/**
 * Prints a schedule as aligned columns: one lane per actor with its operations in kernel words, then what became of memory,
 * then the line of model code.
 *
 * <p>The last column but one says which word changed from what to what, and what the memory model adds: what waits in a store
 * buffer, what left it, which old value was read. Lines without a number are not steps: memory moving by itself, an actor
 * that has to wait, how the actors ended.
 */
public final class Trace implements Names {
    private static final String GAP = "  ";

    private final Schedule schedule;
    private final List<String> actors;
    private final Decoder decoder;
    private final List<String[]> rows = new ArrayList<>();
    /** Per actor and word: what the actor added to take the lock that lives there. */
    private final Map<Integer, Map<Integer, Long>> locks = new HashMap<>();

    private int steps;

    private Trace(Schedule schedule, List<String> actors, Decoder decoder) {
        this.schedule = schedule;
        this.actors = actors;
        this.decoder = decoder;
    }

    /**
     * Prints {@code schedule}.
     *
     * @param actors what to call each actor
     * @param decoder how to print values
     * @return lines, each ended by a line feed, without trailing blanks
     */
    public static String print(Schedule schedule, List<String> actors, Decoder decoder) {
        return new Trace(schedule, actors, decoder).print();
    }

    private String print() {
        addHeader();
        List<Event> events = schedule.events();
        for (int i = 0; i < events.size(); i++) {
            if (i + 1 < events.size() && takesEffectAtOnce(events.get(i), events.get(i + 1))) {
                i++;
                addStep(events.get(i - 1), events.get(i).after(), "");
            } else {
                addEvent(events.get(i));
            }
            addWait(i);
        }
        addFates();
        return layOut();
    }

    private void addHeader() {
        String[] header = newRow();
        for (int actor = 0; actor < actors.size(); actor++) {
            header[1 + actor] = actors.get(actor);
        }
        header[memoryColumn()] = "memory";
        header[sourceColumn()] = "source";
    }

    /**
     * Whether {@code next} is memory completing the very step {@code event}, because nothing of this actor was under way
     * before: then the two print as one step that took effect at once.
     */
    private static boolean takesEffectAtOnce(Event event, Event next) {
        if (event.step() == null || next.step() != null || next.actor() != event.actor()) {
            return false;
        }
        boolean[] underWay = new boolean[1];
        event.before().internal(event.actor(), (memory, read) -> underWay[0] = true);
        return !underWay[0];
    }

    private void addEvent(Event event) {
        Step step = event.step();
        String note = event.before().note(event.actor(), step, event.read(), event.after(), this);
        if (step == null) {
            newRow()[memoryColumn()] = note;
        } else {
            addStep(event, event.after(), note);
        }
    }

    private void addStep(Event event, Memory after, String note) {
        Step step = requireNonNull(event.step());
        String[] row = newRow();
        row[0] = Integer.toString(++steps);
        row[1 + event.actor()] =
                isUnlock(event.actor(), step, event.read()) ? call("unlock", step) : operation(step, event.read());
        row[memoryColumn()] = join(change(step, event.before(), after), note);
        row[sourceColumn()] = step.site();
    }

    /** Whether the step gives back a lock that the actor holds; keeps account of who holds what. */
    private boolean isUnlock(int actor, Step step, long read) {
        Map<Integer, Long> held = locks.computeIfAbsent(actor, unused -> new HashMap<>());
        int word = step.location();
        if (step.kind() == Kind.ACQUIRE_WHEN_CLEAR || step.kind() == Kind.TRY_ACQUIRE_WHEN_CLEAR) {
            if (step.takesPlace(read)) {
                held.put(word, step.b());
            }
            return false;
        }
        Long taken = held.get(word);
        return taken != null && step.order() == Order.RELEASE && step.after(taken) == 0 && held.remove(word, taken);
    }

    private String change(Step step, Memory before, Memory after) {
        if (step.kind().isFence()) {
            return "";
        }
        int word = step.location();
        String old = value(word, before.last(word));
        return before.last(word) == after.last(word)
                ? ""
                : word(word) + ": " + old + " -> " + value(word, after.last(word));
    }

    /** If the actor of event {@code i} hands over although it is not done, because its next step has to wait, says so. */
    private void addWait(int i) {
        Event event = schedule.events().get(i);
        List<Event> later = schedule.events().subList(i + 1, schedule.events().size()).stream()
                .filter(other -> other.step() != null)
                .toList();
        if (later.isEmpty() || later.get(0).actor() == event.actor()) {
            return;
        }
        later.stream()
                .filter(other -> other.actor() == event.actor())
                .findFirst()
                .map(Event::step)
                .filter(next -> mustWait(event.actor(), next, event.after()))
                .ifPresent(next -> newRow()[1 + event.actor()] = "waits for " + awaited(next));
    }

    private static boolean mustWait(int actor, Step step, Memory memory) {
        if (step.kind() != Kind.AWAIT && step.kind() != Kind.ACQUIRE_WHEN_CLEAR) {
            return false;
        }
        boolean[] enabled = new boolean[1];
        memory.step(actor, step, (next, read) -> enabled[0] = true);
        return !enabled[0];
    }

    private void addFates() {
        String[] row = newRow();
        for (int actor = 0; actor < actors.size(); actor++) {
            Fate fate = schedule.fates().get(actor);
            Step waiting = fate.waiting();
            row[1 + actor] = waiting == null ? "=> " + shown(fate.end()) : "waits for ever for " + awaited(waiting);
            if (waiting != null) {
                row[sourceColumn()] = join(row[sourceColumn()], waiting.site());
            }
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
            case READ -> call(order == Order.ACQUIRE ? "smp_load_acquire" : "READ_ONCE", step) + returned(step, read);
            case WRITE ->
                call(order == Order.RELEASE ? "smp_store_release" : "WRITE_ONCE", step, value(step, step.a()));
            case XCHG -> call("xchg" + suffix(order), step, value(step, step.a())) + returned(step, read);
            case CMPXCHG ->
                call("cmpxchg" + suffix(order), step, value(step, step.a()), value(step, step.b()))
                        + returned(step, read);
            case FETCH_ADD -> combine("atomic_fetch_add" + suffix(order), step, "" + step.a()) + returned(step, read);
            case FETCH_OR -> combine("atomic_fetch_or" + suffix(order), step, mask(step)) + returned(step, read);
            case FETCH_AND_NOT ->
                combine("atomic_fetch_andnot" + suffix(order), step, mask(step)) + returned(step, read);
            case ADD -> combine("atomic_add", step, "" + step.a());
            case OR -> combine("atomic_or", step, mask(step));
            case AND_NOT -> combine(order == Order.RELEASE ? "clear_bit_unlock" : "atomic_andnot", step, mask(step));
            case ADD_UNLESS ->
                call("atomic_add_unless" + suffix(order), step, "" + step.a(), "" + step.b()) + happened(step, read);
            case AWAIT -> call("wait_for", step) + returned(step, read);
            case ACQUIRE_WHEN_CLEAR -> call("lock", step);
            case TRY_ACQUIRE_WHEN_CLEAR -> call("trylock", step) + happened(step, read);
            case MB -> "smp_mb()";
            case RMB -> "smp_rmb()";
            case WMB -> "smp_wmb()";
            case MB_BEFORE_ATOMIC -> "smp_mb__before_atomic()";
            case MB_AFTER_ATOMIC -> "smp_mb__after_atomic()";
            case MB_AFTER_SPINLOCK -> "smp_mb__after_spinlock()";
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
        return decoder.mask(word(step.location()), step.a());
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

    private static String join(String first, String second) {
        return first.isEmpty() || second.isEmpty() ? first + second : first + "; " + second;
    }

    private int memoryColumn() {
        return actors.size() + 1;
    }

    private int sourceColumn() {
        return actors.size() + 2;
    }

    private String[] newRow() {
        String[] row = new String[actors.size() + 3];
        Arrays.fill(row, "");
        rows.add(row);
        return row;
    }

    /** The rows as lines: numbers right-aligned, everything else left-aligned. */
    private String layOut() {
        int[] widths = IntStream.range(0, actors.size() + 3)
                .map(column -> rows.stream()
                        .mapToInt(row -> row[column].length())
                        .max()
                        .orElse(0))
                .toArray();
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder(" ".repeat(widths[0] - row[0].length())).append(row[0]);
            for (int column = 1; column < row.length; column++) {
                line.append(GAP).append(row[column]).append(" ".repeat(widths[column] - row[column].length()));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
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
        return decoder.value(word(location), value);
    }
}
