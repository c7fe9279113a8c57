// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the line of model code that asked for a step: the innermost one that belongs neither to the machine and its locks,
 * nor to the accessors of kernel state, nor to the explorer.
 */
final class Site {
    private static final List<String> TRANSPARENT = List.of("pagerace.machine", "pagerace.mm");
    private static final List<Class<?>> ENGINE = List.of(Site.class, ExploredMachine.class, ActorTree.class);

    private Site() {}

    /** The model code that is running now. */
    static String here() {
        return innermost(new Throwable().getStackTrace());
    }

    /** The model code that threw {@code thrown}. */
    static String thrown(Throwable thrown) {
        return innermost(thrown.getStackTrace());
    }

    private static String innermost(StackTraceElement[] stack) {
        return frames(stack)
                .filter(frame -> !TRANSPARENT.contains(packageOf(frame)))
                .findFirst()
                .or(() -> frames(stack).findFirst())
                .map(frame -> className(frame) + ":" + frame.getLineNumber())
                .orElse("unknown line");
    }

    private static Stream<StackTraceElement> frames(StackTraceElement[] stack) {
        return Arrays.stream(stack).filter(frame -> !packageOf(frame).startsWith("java.") && !isEngine(frame));
    }

    private static boolean isEngine(StackTraceElement frame) {
        String name = frame.getClassName();
        return ENGINE.stream().anyMatch(type -> name.equals(type.getName()) || name.startsWith(type.getName() + "$"));
    }

    private static String packageOf(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.substring(0, Math.max(0, name.lastIndexOf('.')));
    }

    private static String className(StackTraceElement frame) {
        return frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1);
    }
}
