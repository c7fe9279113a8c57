// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import pagerace.explore.Behaviour;
import pagerace.explore.Step;
import pagerace.machine.Order;

/**
 * Writes what one actor does as C. All paths through its tree that have done the same so far are written together; they part
 * only where their next steps differ, by the register that tells them apart. So a value that decides nothing makes no branch.
 */
final class LitmusActor {
    /** One way through the tree, with what each register holds. */
    private static final class Path {
        final Behaviour at;
        final long[] registers;

        Path(Behaviour at, long[] registers) {
            this.at = at;
            this.registers = registers;
        }

        /** What comes next. Two waits on one word are the same only if they end with the same values. */
        String next() {
            Step step = at.step();
            if (step == null) {
                return "end " + at.end();
            }
            String until = step.kind() == Step.Kind.AWAIT
                    ? " until " + new TreeSet<>(at.next().keySet())
                    : "";
            return step.kind() + " " + step.location() + " " + step.a() + " " + step.b() + " " + step.order() + until;
        }
    }

    private final List<String> names;
    private final Set<Integer> spinLocks;
    private final Set<Integer> atomics;
    private final List<Object> ends;
    private final String done;
    private final int maxLines;

    private final StringBuilder body = new StringBuilder();
    private final Set<Integer> words = new TreeSet<>();
    private int registers;
    private int lines;

    /** {@code ends} receives every end, at the index that is one less than what the register {@code done} says. */
    LitmusActor(
            List<String> names,
            Set<Integer> spinLocks,
            Set<Integer> atomics,
            List<Object> ends,
            String done,
            int maxLines) {
        this.names = names;
        this.spinLocks = spinLocks;
        this.atomics = atomics;
        this.ends = ends;
        this.done = done;
        this.maxLines = maxLines;
    }

    String body() {
        return body.toString();
    }

    /** The words that it uses. */
    Set<Integer> words() {
        return words;
    }

    /** How many registers it uses, {@code r0} and so on. */
    int registers() {
        return registers;
    }

    void write(Behaviour behaviour) {
        write(List.of(new Path(behaviour, new long[0])), 1);
    }

    private void write(List<Path> paths, int depth) {
        if (paths.isEmpty()) {
            return;
        }
        if (paths.stream().map(Path::next).distinct().count() > 1) {
            part(paths, depth);
            return;
        }
        Step step = paths.get(0).at.step();
        if (step == null) {
            line(
                    depth,
                    done + " = " + number(Objects.requireNonNull(paths.get(0).at.end())) + ";");
            return;
        }
        if (!step.kind().isFence()) {
            words.add(step.location());
        }
        switch (step.kind()) {
            case AWAIT -> awaited(step, paths, depth);
            case ACQUIRE_WHEN_CLEAR -> locked(step, paths, depth);
            case TRY_ACQUIRE_WHEN_CLEAR -> tried(step, paths, depth);
            case AND_NOT -> {
                boolean release = step.order() == Order.RELEASE; // no void form has an order
                line(depth, (release ? register(paths) + " = " : "") + statement(step) + ";");
                write(release ? withRegister(after(paths, false), 0) : after(paths, false), depth);
            }
            default -> {
                boolean returns = step.kind().isSeen();
                line(depth, (returns ? register(paths) + " = " : "") + statement(step) + ";");
                write(after(paths, returns), depth);
            }
        }
    }

    private int number(Object end) {
        if (!ends.contains(end)) {
            ends.add(end);
        }
        return ends.indexOf(end) + 1;
    }

    // ---- branches

    private void part(List<Path> paths, int depth) {
        int register = mostTelling(paths);
        Map<String, List<Path>> byFuture = new LinkedHashMap<>();
        byValue(paths, register)
                .values()
                .forEach(group -> byFuture.computeIfAbsent(future(group), unused -> new ArrayList<>())
                        .addAll(group));
        List<List<Path>> groups = new ArrayList<>(
                byFuture.size() > 1
                        ? byFuture.values()
                        : byValue(paths, register).values());
        groups.sort(Comparator.comparing(group -> byValue(group, register).size()));
        for (int i = 0; i < groups.size() - 1; i++) {
            line(
                    depth + i,
                    "if (" + isOneOf(register, byValue(groups.get(i), register).keySet()) + ") {");
            write(groups.get(i), depth + i + 1);
            line(depth + i, "} else {");
        }
        write(groups.get(groups.size() - 1), depth + groups.size() - 1);
        for (int i = groups.size() - 2; i >= 0; i--) {
            line(depth + i, "}");
        }
    }

    private static String isOneOf(int register, Set<Long> values) {
        String any =
                values.stream().map(value -> "r" + register + " == " + value).collect(Collectors.joining(") | ("));
        return values.size() == 1 ? any : "(" + any + ")";
    }

    /** The register whose values separate the paths by what comes next best, the latest of several. */
    private static int mostTelling(List<Path> paths) {
        int best = -1;
        long fewest = Long.MAX_VALUE;
        for (int register = paths.get(0).registers.length - 1; register >= 0; register--) {
            Map<Long, List<Path>> groups = byValue(paths, register);
            long mixed = groups.values().stream()
                    .mapToLong(
                            group -> group.stream().map(Path::next).distinct().count() - 1)
                    .sum();
            if (groups.size() > 1 && mixed < fewest) {
                best = register;
                fewest = mixed;
            }
        }
        if (best < 0) {
            throw new IllegalStateException("an actor does different things after the same results");
        }
        return best;
    }

    private static Map<Long, List<Path>> byValue(List<Path> paths, int register) {
        return paths.stream()
                .collect(Collectors.groupingBy(path -> path.registers[register], TreeMap::new, Collectors.toList()));
    }

    private static String future(List<Path> paths) {
        return paths.stream()
                .map(Path::next)
                .collect(Collectors.toCollection(TreeSet::new))
                .toString();
    }

    private static List<Path> after(List<Path> paths, boolean returns) {
        List<Path> after = new ArrayList<>();
        for (Path path : paths) {
            path.at.next().forEach((seen, next) -> {
                long[] registers = path.registers;
                if (returns) {
                    registers = Arrays.copyOf(registers, registers.length + 1);
                    registers[registers.length - 1] = seen;
                }
                after.add(new Path(next, registers));
            });
        }
        return after;
    }

    /** The paths on which the step returned {@code wanted}, which is not worth a register. */
    private static List<Path> afterSeeing(List<Path> paths, long wanted) {
        List<Path> after = new ArrayList<>();
        for (Path path : paths) {
            Behaviour next = path.at.next().get(wanted);
            if (next != null) {
                after.add(new Path(next, path.registers));
            }
        }
        return after;
    }

    // ---- waiting: the actor goes on if it need not wait, and else it ends without being done

    private void awaited(Step step, List<Path> paths, int depth) {
        String register = register(paths);
        line(depth, register + " = " + read(step) + ";");
        List<Path> after = after(paths, true);
        int last = after.get(0).registers.length - 1;
        line(depth, "if (" + isOneOf(last, byValue(after, last).keySet()) + ") {");
        write(after, depth + 1);
        line(depth, "}");
    }

    private void locked(Step step, List<Path> paths, int depth) {
        if (spinLocks.contains(step.location())) {
            line(depth, "spin_lock(" + name(step) + ");");
            write(after(paths, false), depth);
        } else {
            take(step, afterSeeing(paths, 0), register(paths), depth);
        }
    }

    private void tried(Step step, List<Path> paths, int depth) {
        String register = register(paths);
        List<Path> failed = withRegister(afterSeeing(paths, 0), 0);
        List<Path> taken = withRegister(afterSeeing(paths, 1), 1);
        if (spinLocks.contains(step.location())) {
            line(depth, register + " = spin_trylock(" + name(step) + ");");
            line(depth, "if (" + register + " == 0) {");
        } else {
            line(depth, register + " = " + read(step) + ";");
            line(depth, "if (" + isBusy(register, step, "!=") + ") {");
        }
        write(failed, depth + 1);
        line(depth, "} else {");
        if (spinLocks.contains(step.location())) {
            write(taken, depth + 1);
        } else if (!taken.isEmpty()) {
            take(step, taken, register(taken), depth + 1);
        }
        line(depth, "}");
    }

    private void take(Step step, List<Path> after, String register, int depth) {
        line(depth, register + " = atomic_fetch_add_acquire(" + step.b() + ", " + name(step) + ");");
        line(depth, "if (" + isBusy(register, step, "==") + ") {");
        write(withRegister(after, 0), depth + 1);
        line(depth, "}");
    }

    private static String isBusy(String register, Step step, String relation) {
        return step.a() == -1
                ? register + " " + relation + " 0"
                : "(" + register + " & " + step.a() + ") " + relation + " 0";
    }

    /** A register that later steps need not look at: on all these paths it holds {@code value}. */
    private static List<Path> withRegister(List<Path> paths, long value) {
        List<Path> with = new ArrayList<>();
        for (Path path : paths) {
            long[] registers = Arrays.copyOf(path.registers, path.registers.length + 1);
            registers[registers.length - 1] = value;
            with.add(new Path(path.at, registers));
        }
        return with;
    }

    // ---- statements

    private String register(List<Path> paths) {
        int register = paths.get(0).registers.length;
        registers = Math.max(registers, register + 1);
        return "r" + register;
    }

    private String name(Step step) {
        return names.get(step.location());
    }

    private String read(Step step) {
        return atomics.contains(step.location()) ? "atomic_read(" + name(step) + ")" : "READ_ONCE(*" + name(step) + ")";
    }

    private String statement(Step step) {
        String suffix =
                step.order() == Order.FULL ? "" : "_" + step.order().name().toLowerCase(Locale.ROOT);
        String sign = step.a() < 0 ? "sub" : "add";
        long amount = Math.abs(step.a());
        return switch (step.kind()) {
            case READ -> step.order() == Order.ACQUIRE ? "smp_load_acquire(" + name(step) + ")" : read(step);
            case WRITE -> writeTo(step);
            case XCHG -> "xchg" + suffix + "(" + name(step) + ", " + step.a() + ")";
            case CMPXCHG -> "cmpxchg" + suffix + "(" + name(step) + ", " + step.a() + ", " + step.b() + ")";
            case FETCH_ADD -> "atomic_fetch_" + sign + suffix + "(" + amount + ", " + name(step) + ")";
            case FETCH_OR -> "atomic_fetch_or" + suffix + "(" + step.a() + ", " + name(step) + ")";
            case FETCH_AND_NOT -> "atomic_fetch_andnot" + suffix + "(" + step.a() + ", " + name(step) + ")";
            case ADD -> "atomic_" + sign + "(" + amount + ", " + name(step) + ")";
            case OR -> "atomic_or(" + step.a() + ", " + name(step) + ")";
            case AND_NOT ->
                (step.order() == Order.RELEASE ? "atomic_fetch_andnot_release(" : "atomic_andnot(") + step.a() + ", "
                        + name(step) + ")";
            case ADD_UNLESS -> {
                if (step.order() != Order.FULL) {
                    throw new NotExportableException("atomic_add_unless is fully ordered, not " + step.order());
                }
                yield "atomic_add_unless(" + name(step) + ", " + step.a() + ", " + step.b() + ")";
            }
            case MB, RMB, WMB, MB_BEFORE_ATOMIC, MB_AFTER_ATOMIC, MB_AFTER_SPINLOCK ->
                step.kind().fence() + "()";
            case AWAIT, ACQUIRE_WHEN_CLEAR, TRY_ACQUIRE_WHEN_CLEAR ->
                throw new IllegalStateException("a waiting step is no statement");
        };
    }

    private String writeTo(Step step) {
        if (spinLocks.contains(step.location())) {
            return "spin_unlock(" + name(step) + ")";
        }
        if (step.order() == Order.RELEASE) {
            return "smp_store_release(" + name(step) + ", " + step.a() + ")";
        }
        return atomics.contains(step.location())
                ? "atomic_set(" + name(step) + ", " + step.a() + ")"
                : "WRITE_ONCE(*" + name(step) + ", " + step.a() + ")";
    }

    private void line(int depth, String text) {
        if (++lines > maxLines) {
            throw new NotExportableException("an actor takes more than " + maxLines + " lines");
        }
        body.append("\t".repeat(depth)).append(text).append('\n');
    }
}
