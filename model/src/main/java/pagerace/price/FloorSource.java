// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.stream.Collectors;
import pagerace.explore.Solo;
import pagerace.explore.Step;
import pagerace.machine.Order;

/**
 * The source text of a floor: the accesses of a course as a straight line of {@link java.lang.invoke.VarHandle} accesses to one
 * array, with constants for operands. It walks no structure, makes no decision and retries nothing, so no implementation of the
 * same operation can do less.
 */
public final class FloorSource {
    /** A straight line longer than this is a method that no compiler of the JVM would compile. */
    private static final int MAX_STEPS = 300;

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
        String steps = course.steps().stream()
                .map(FloorSource::statement)
                .map(statement -> "        " + statement + "\n")
                .collect(Collectors.joining());
        String initial = course.initial().stream().map(value -> value + "L").collect(Collectors.joining(", "));
        return """
                package %s;

                /** %s, and whatever else does the same. */
                final class %s extends Floor {
                    @Override
                    public long[] initial() {
                        return new long[] {%s};
                    }

                    @Override
                    @SuppressWarnings({"UnusedVariable", "CheckReturnValue"})
                    public long run(long[] w) {
                        long sink = 0;
                        long old;
                %s        return sink;
                    }
                }
                """.formatted(packageName, key, className(course), initial, steps);
    }

    private static String statement(Solo.Access access) {
        Step step = access.step();
        int at = step.location();
        return switch (step.kind()) {
            case READ, AWAIT -> read(step.order(), at);
            case WRITE ->
                (step.order() == Order.RELEASE ? "WORD.setRelease(w, " : "WORD.setOpaque(w, ") + at + ", " + step.a()
                        + "L);";
            case RMB -> "java.lang.invoke.VarHandle.loadLoadFence();";
            case WMB -> "java.lang.invoke.VarHandle.storeStoreFence();";
            case MB, MB_BEFORE_ATOMIC, MB_AFTER_ATOMIC, MB_AFTER_SPINLOCK -> "java.lang.invoke.VarHandle.fullFence();";
            case XCHG, FETCH_ADD -> whole(step, access.read());
            default -> conditional(step, access.read());
        };
    }

    private static String read(Order order, int at) {
        return "sink ^= (long) WORD." + (order == Order.ACQUIRE ? "getAcquire" : "getOpaque") + "(w, " + at + ");";
    }

    /** Java has an operation for it, in every order but none. */
    private static String whole(Step step, long read) {
        String name = step.kind() == Step.Kind.XCHG ? "getAndSet" : "getAndAdd";
        return switch (step.order()) {
            case RELAXED -> conditional(step, read);
            case ACQUIRE, RELEASE ->
                "sink ^= (long) WORD.%s%s(w, %d, %dL);"
                        .formatted(
                                name, step.order() == Order.ACQUIRE ? "Acquire" : "Release", step.location(), step.a());
            case FULL ->
                "around(); sink ^= (long) WORD.%s(w, %d, %dL); around();".formatted(name, step.location(), step.a());
        };
    }

    /** One read; and, if that is what happens, one compare-and-set, which succeeds. */
    private static String conditional(Step step, long read) {
        String look = "old = (long) WORD.getOpaque(w, " + step.location() + "); sink ^= old;";
        if (!step.takesPlace(read)) {
            return look;
        }
        String swing = switch (step.order()) {
            case FULL -> "around(); WORD.compareAndSet(%s); around();";
            case ACQUIRE -> "WORD.weakCompareAndSetAcquire(%s);";
            case RELEASE -> "WORD.weakCompareAndSetRelease(%s);";
            case RELAXED -> "WORD.weakCompareAndSetPlain(%s);";
        };
        return look + " " + swing.formatted("w, " + step.location() + ", old, " + step.after(read) + "L");
    }
}
