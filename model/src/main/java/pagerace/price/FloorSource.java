// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pagerace.explore.Access;
import pagerace.explore.Taken;
import pagerace.machine.Order;

/**
 * The source text of a floor: the accesses of a course as a straight line, with constants for operands. It walks no structure,
 * makes no decision and retries nothing, so no implementation of the same operation can do less.
 *
 * <p>There are two of them: one of {@link java.lang.invoke.VarHandle} accesses to one array, and one of the calls that model code
 * makes to words of the hardware machine, which it takes from an array. Their difference is what the machine costs at most.
 */
public final class FloorSource {
    /** More is not worth the class. */
    private static final int MAX_STEPS = 300;

    /** A straight line longer than this has accesses that C2 does not inline any more; so it goes on in another method. */
    private static final int ACCESSES_PER_METHOD = 40;

    private FloorSource() {}

    /** Whether {@code course} can have a floor. */
    public static boolean isShort(Course course) {
        return course.length() <= MAX_STEPS;
    }

    /** The simple name of the class of that course's floor: equal courses share one. */
    public static String className(Course course) {
        return "Floor_"
                + UUID.nameUUIDFromBytes(course.text().getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .replace("-", "");
    }

    static String of(String packageName, String key, Course course) {
        String initial = course.initial().stream().map(value -> value + "L").collect(Collectors.joining(", "));
        List<String> onArray = methods(course, FloorSource::onArray, "long[] w", "long old;");
        List<String> onWords = methods(
                course, FloorSource::onWords, "pagerace.machine.Machine machine, pagerace.machine.Word[] w", "");
        return """
                package %s;

                /** %s, and whatever else does the same. */
                @SuppressWarnings({"UnusedVariable", "CheckReturnValue"})
                final class %s extends Floor {
                    @Override
                    public long[] initial() {
                        return new long[] {%s};
                    }

                    @Override
                    public long run(long[] w) {
                        return %s;
                    }

                    @Override
                    public long run(pagerace.machine.Machine machine, pagerace.machine.Word[] w) {
                        return %s;
                    }
                %s}
                """.formatted(
                        packageName,
                        key,
                        className(course),
                        initial,
                        calls(onArray.size(), "w"),
                        calls(onWords.size(), "machine, w"),
                        String.join("", onArray) + String.join("", onWords));
    }

    private static String calls(int methods, String arguments) {
        return IntStream.range(0, methods)
                .mapToObj(part -> "part" + part + "(" + arguments + ")")
                .collect(Collectors.joining(" ^ "));
    }

    private static List<String> methods(
            Course course, Function<Taken, String> statement, String parameters, String locals) {
        List<String> methods = new ArrayList<>();
        for (int from = 0; from < course.length(); from += ACCESSES_PER_METHOD) {
            String lines = course.taken().subList(from, Math.min(course.length(), from + ACCESSES_PER_METHOD)).stream()
                    .map(statement)
                    .map(line -> "        " + line + "\n")
                    .collect(Collectors.joining());
            methods.add("""

                    private static long part%d(%s) {
                        long sink = 0;
                        %s
                %s        return sink;
                    }
                """.formatted(methods.size(), parameters, locals, lines));
        }
        return methods;
    }

    private static String onArray(Taken taken) {
        Access access = taken.access();
        int at = access.location();
        return switch (access.kind()) {
            case READ, AWAIT ->
                "sink ^= (long) WORD." + (access.order() == Order.ACQUIRE ? "getAcquire" : "getOpaque") + "(w, " + at
                        + ");";
            case WRITE ->
                (access.order() == Order.RELEASE ? "WORD.setRelease(w, " : "WORD.setOpaque(w, ") + at + ", "
                        + access.a() + "L);";
            case RMB -> "java.lang.invoke.VarHandle.loadLoadFence();";
            case WMB -> "java.lang.invoke.VarHandle.storeStoreFence();";
            case MB, MB_BEFORE_ATOMIC, MB_AFTER_ATOMIC, MB_AFTER_SPINLOCK -> "java.lang.invoke.VarHandle.fullFence();";
            case XCHG, FETCH_ADD -> whole(access, taken.read());
            default -> conditional(access, taken.read());
        };
    }

    /** Java has an operation for it, in every order but none. */
    private static String whole(Access access, long read) {
        String name = access.kind() == Access.Kind.XCHG ? "getAndSet" : "getAndAdd";
        return switch (access.order()) {
            case RELAXED -> conditional(access, read);
            case ACQUIRE, RELEASE ->
                "sink ^= (long) WORD.%s%s(w, %d, %dL);"
                        .formatted(
                                name,
                                access.order() == Order.ACQUIRE ? "Acquire" : "Release",
                                access.location(),
                                access.a());
            case FULL ->
                "around(); sink ^= (long) WORD.%s(w, %d, %dL); around();"
                        .formatted(name, access.location(), access.a());
        };
    }

    /** One read; and, if that is what happens, one compare-and-set, which succeeds. */
    private static String conditional(Access access, long read) {
        String look = "old = (long) WORD.getOpaque(w, " + access.location() + "); sink ^= old;";
        if (!access.takesPlace(read)) {
            return look;
        }
        String swing = switch (access.order()) {
            case FULL -> "around(); WORD.compareAndSet(%s); around();";
            case ACQUIRE -> "WORD.weakCompareAndSetAcquire(%s);";
            case RELEASE -> "WORD.weakCompareAndSetRelease(%s);";
            case RELAXED -> "WORD.weakCompareAndSetPlain(%s);";
        };
        return look + " " + swing.formatted("w, " + access.location() + ", old, " + access.after(read) + "L");
    }

    /** The call that model code made. */
    private static String onWords(Taken taken) {
        Access access = taken.access();
        long a = access.a();
        long b = access.b();
        String order = "pagerace.machine.Order." + access.order();
        String word = "w[" + access.location() + "].";
        return switch (access.kind()) {
            case READ, AWAIT ->
                "sink ^= " + word + (access.order() == Order.ACQUIRE ? "loadAcquire();" : "readOnce();");
            case WRITE -> word + (access.order() == Order.RELEASE ? "storeRelease(" : "writeOnce(") + a + "L);";
            case XCHG -> "sink ^= " + word + "xchg(" + a + "L, " + order + ");";
            case CMPXCHG -> "sink ^= " + word + "cmpxchg(" + a + "L, " + b + "L, " + order + ");";
            case FETCH_ADD -> "sink ^= " + word + "fetchAdd(" + a + "L, " + order + ");";
            case FETCH_OR -> "sink ^= " + word + "fetchOr(" + a + "L, " + order + ");";
            case FETCH_AND_NOT -> "sink ^= " + word + "fetchAndNot(" + a + "L, " + order + ");";
            case ADD -> word + "add(" + a + "L);";
            case OR -> word + "or(" + a + "L);";
            case AND_NOT -> word + (access.order() == Order.RELEASE ? "clearBitUnlock(" : "andNot(") + a + "L);";
            case ADD_UNLESS -> "sink += " + word + "addUnless(" + a + "L, " + b + "L, " + order + ") ? 1 : 0;";
            case ACQUIRE_WHEN_CLEAR -> word + "acquireWhenClear(" + a + "L, " + b + "L);";
            case TRY_ACQUIRE_WHEN_CLEAR -> "sink += " + word + "tryAcquireWhenClear(" + a + "L, " + b + "L) ? 1 : 0;";
            case MB -> "machine.smpMb();";
            case RMB -> "machine.smpRmb();";
            case WMB -> "machine.smpWmb();";
            case MB_BEFORE_ATOMIC -> "machine.smpMbBeforeAtomic();";
            case MB_AFTER_ATOMIC -> "machine.smpMbAfterAtomic();";
            case MB_AFTER_SPINLOCK -> "machine.smpMbAfterSpinlock();";
        };
    }
}
