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
import pagerace.explore.Access;
import pagerace.explore.Behaviour;
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
            Access access = at.access();
            if (access == null) {
                return "end " + at.end();
            }
            String until = access.kind() == Access.Kind.AWAIT
                    ? " until " + new TreeSet<>(at.next().keySet())
                    : "";
            return access.kind() + " " + access.location() + " " + access.a() + " " + access.b() + " " + access.order()
                    + until;
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
        Access access = paths.get(0).at.access();
        if (access == null) {
            line(
                    depth,
                    done + " = " + number(Objects.requireNonNull(paths.get(0).at.end())) + ";");
            return;
        }
        if (!access.kind().isFence()) {
            words.add(access.location());
        }
        switch (access.kind()) {
            case AWAIT -> awaited(access, paths, depth);
            case ACQUIRE_WHEN_CLEAR -> locked(access, paths, depth);
            case TRY_ACQUIRE_WHEN_CLEAR -> tried(access, paths, depth);
            case AND_NOT -> {
                boolean release = access.order() == Order.RELEASE; // no void form has an order
                line(depth, (release ? register(paths) + " = " : "") + statement(access) + ";");
                write(release ? withRegister(after(paths, false), 0) : after(paths, false), depth);
            }
            default -> {
                boolean returns = access.kind().isSeen();
                line(depth, (returns ? register(paths) + " = " : "") + statement(access) + ";");
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

    private void awaited(Access access, List<Path> paths, int depth) {
        String register = register(paths);
        line(depth, register + " = " + read(access) + ";");
        List<Path> after = after(paths, true);
        int last = after.get(0).registers.length - 1;
        line(depth, "if (" + isOneOf(last, byValue(after, last).keySet()) + ") {");
        write(after, depth + 1);
        line(depth, "}");
    }

    private void locked(Access access, List<Path> paths, int depth) {
        if (spinLocks.contains(access.location())) {
            line(depth, "spin_lock(" + name(access) + ");");
            write(after(paths, false), depth);
        } else {
            take(access, afterSeeing(paths, 0), register(paths), depth);
        }
    }

    private void tried(Access access, List<Path> paths, int depth) {
        String register = register(paths);
        List<Path> failed = withRegister(afterSeeing(paths, 0), 0);
        List<Path> taken = withRegister(afterSeeing(paths, 1), 1);
        if (spinLocks.contains(access.location())) {
            line(depth, register + " = spin_trylock(" + name(access) + ");");
            line(depth, "if (" + register + " == 0) {");
        } else {
            line(depth, register + " = " + read(access) + ";");
            line(depth, "if (" + isBusy(register, access, "!=") + ") {");
        }
        write(failed, depth + 1);
        line(depth, "} else {");
        if (spinLocks.contains(access.location())) {
            write(taken, depth + 1);
        } else if (!taken.isEmpty()) {
            take(access, taken, register(taken), depth + 1);
        }
        line(depth, "}");
    }

    private void take(Access access, List<Path> after, String register, int depth) {
        line(depth, register + " = atomic_fetch_add_acquire(" + access.b() + ", " + name(access) + ");");
        line(depth, "if (" + isBusy(register, access, "==") + ") {");
        write(withRegister(after, 0), depth + 1);
        line(depth, "}");
    }

    private static String isBusy(String register, Access access, String relation) {
        return access.a() == -1
                ? register + " " + relation + " 0"
                : "(" + register + " & " + access.a() + ") " + relation + " 0";
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

    private String name(Access access) {
        return names.get(access.location());
    }

    private String read(Access access) {
        return atomics.contains(access.location())
                ? "atomic_read(" + name(access) + ")"
                : "READ_ONCE(*" + name(access) + ")";
    }

    private String statement(Access access) {
        String suffix =
                access.order() == Order.FULL ? "" : "_" + access.order().name().toLowerCase(Locale.ROOT);
        String sign = access.a() < 0 ? "sub" : "add";
        long amount = Math.abs(access.a());
        return switch (access.kind()) {
            case READ -> access.order() == Order.ACQUIRE ? "smp_load_acquire(" + name(access) + ")" : read(access);
            case WRITE -> writeTo(access);
            case XCHG -> "xchg" + suffix + "(" + name(access) + ", " + access.a() + ")";
            case CMPXCHG -> "cmpxchg" + suffix + "(" + name(access) + ", " + access.a() + ", " + access.b() + ")";
            case FETCH_ADD -> "atomic_fetch_" + sign + suffix + "(" + amount + ", " + name(access) + ")";
            case FETCH_OR -> "atomic_fetch_or" + suffix + "(" + access.a() + ", " + name(access) + ")";
            case FETCH_AND_NOT -> "atomic_fetch_andnot" + suffix + "(" + access.a() + ", " + name(access) + ")";
            case ADD -> "atomic_" + sign + "(" + amount + ", " + name(access) + ")";
            case OR -> "atomic_or(" + access.a() + ", " + name(access) + ")";
            case AND_NOT ->
                (access.order() == Order.RELEASE ? "atomic_fetch_andnot_release(" : "atomic_andnot(") + access.a()
                        + ", " + name(access) + ")";
            case ADD_UNLESS -> {
                if (access.order() != Order.FULL) {
                    throw new NotExportableException("atomic_add_unless is fully ordered, not " + access.order());
                }
                yield "atomic_add_unless(" + name(access) + ", " + access.a() + ", " + access.b() + ")";
            }
            case MB, RMB, WMB, MB_BEFORE_ATOMIC, MB_AFTER_ATOMIC, MB_AFTER_SPINLOCK ->
                access.kind().fence() + "()";
            case AWAIT, ACQUIRE_WHEN_CLEAR, TRY_ACQUIRE_WHEN_CLEAR ->
                throw new IllegalStateException("a waiting step is no statement");
        };
    }

    private String writeTo(Access access) {
        if (spinLocks.contains(access.location())) {
            return "spin_unlock(" + name(access) + ")";
        }
        if (access.order() == Order.RELEASE) {
            return "smp_store_release(" + name(access) + ", " + access.a() + ")";
        }
        return atomics.contains(access.location())
                ? "atomic_set(" + name(access) + ", " + access.a() + ")"
                : "WRITE_ONCE(*" + name(access) + ", " + access.a() + ")";
    }

    private void line(int depth, String text) {
        if (++lines > maxLines) {
            throw new NotExportableException("an actor takes more than " + maxLines + " lines");
        }
        body.append("\t".repeat(depth)).append(text).append('\n');
    }
}
