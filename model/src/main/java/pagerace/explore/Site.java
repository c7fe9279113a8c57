// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A line of model code that asked for an access: the innermost one that belongs neither to the machine and its locks, nor to the
 * accessors of kernel state, nor to the explorer.
 *
 * @param className the class that was running, nested ones as the VM spells them
 * @param method the method; of a lambda, that in which it stands
 * @param line the line in the source file; negative if the class file does not say
 */
public record Site(String className, String method, int line) {
    /** Of what nobody asked for. */
    static final Site UNKNOWN = new Site("", "", -1);

    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final List<String> TRANSPARENT = List.of("pagerace.machine.", "pagerace.mm.");
    /** The class through which model code reaches the explorer, and which in turn starts actors and judges. */
    private static final String MACHINE = "pagerace.explore.ExploredMachine";

    private record Frame(String className, String method, IntSupplier line) {
        boolean isMachine() {
            return className.equals(MACHINE) || className.startsWith(MACHINE + "$");
        }

        boolean isJava() {
            return className.startsWith("java.");
        }

        boolean isTransparent() {
            return TRANSPARENT.contains(className.substring(0, className.lastIndexOf('.') + 1));
        }

        Site site() {
            return new Site(className, methodInSource(), line.getAsInt());
        }

        /** The method's name; for a lambda, that of the method in which it stands. */
        private String methodInSource() {
            return method.startsWith("lambda$") ? method.substring(7, method.lastIndexOf('$')) : method;
        }
    }

    /** The model code that is running now and has asked the machine for something. */
    static Site here() {
        return WALKER.walk(stack -> innermost(
                stack.map(frame -> new Frame(frame.getClassName(), frame.getMethodName(), frame::getLineNumber))
                        .dropWhile(frame -> !frame.isMachine())));
    }

    /** The model code that threw {@code thrown}. */
    static Site thrown(Throwable thrown) {
        return innermost(Arrays.stream(thrown.getStackTrace())
                .map(frame -> new Frame(frame.getClassName(), frame.getMethodName(), frame::getLineNumber)));
    }

    /** The innermost model code between where it enters the machine, if it does, and where the machine has started it. */
    private static Site innermost(Stream<Frame> stack) {
        @Nullable Frame transparent = null;
        Stream<Frame> called = stack.dropWhile(Frame::isMachine).takeWhile(frame -> !frame.isMachine());
        for (Frame frame : (Iterable<Frame>) called.filter(frame -> !frame.isJava())::iterator) {
            if (!frame.isTransparent()) {
                return frame.site();
            }
            transparent = transparent == null ? frame : transparent;
        }
        return transparent == null ? UNKNOWN : transparent.site();
    }

    /** The path of its source file below a source root: {@code pagerace/mm/op/Fork.java}. */
    public String file() {
        int nested = className.indexOf('$');
        return (nested < 0 ? className : className.substring(0, nested)).replace('.', '/') + ".java";
    }

    /** As stack traces print it: {@code (Fork.java:171)}. */
    public String inFile() {
        String file = file();
        return equals(UNKNOWN) ? toString() : "(" + file.substring(file.lastIndexOf('/') + 1) + ":" + line + ")";
    }

    /** As traces print it: {@code Fork.needsCopy:171}. */
    @Override
    public String toString() {
        return equals(UNKNOWN)
                ? "unknown line"
                : className.substring(className.lastIndexOf('.') + 1) + "." + method + ":" + line;
    }
}
