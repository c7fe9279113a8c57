// SPDX-License-Identifier: Apache-2.0
package pagerace.bench.floor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import pagerace.machine.HardwareMachine;
import pagerace.machine.Machine;
import pagerace.machine.Word;
import pagerace.price.Course;
import pagerace.price.FloorSource;

/**
 * The floor of an operation: the same accesses in the same orders, as a straight line over one array.
 *
 * <p>It is generated from the operation's {@link Course}, so it cannot fall behind. What it leaves out is what an implementation
 * may hope to save: the way from structure to structure, the decisions, the retries that do not happen, the result.
 */
public abstract class Floor {
    /** The words, in the order of setup. */
    static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private static final boolean X86 = HardwareMachine.isX86(System.getProperty("os.arch", ""));

    /** For the generated classes. */
    Floor() {}

    /** What the words hold at the start. */
    public abstract long[] initial();

    /** Does it on {@code words}, which hold what they hold at the start; the result keeps the compiler from dropping reads. */
    public abstract long run(long[] words);

    /** Does it on words of {@code machine}, which hold what they hold at the start. */
    public abstract long run(Machine machine, Word[] words);

    /**
     * The name of the class that holds the floor of {@code course}; empty if there is none, because the course is too long, or
     * only a user's own fix takes it.
     */
    public static Optional<String> nameOf(Course course) {
        String name = FloorSource.className(course);
        return Floor.class.getResource(name + ".class") == null ? Optional.empty() : Optional.of(name);
    }

    /**
     * The floor whose class has that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Floor named(String name) {
        try {
            return Class.forName(Floor.class.getPackageName() + "." + name)
                    .asSubclass(Floor.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("there is no floor " + name, e);
        }
    }

    /** What the hardware machine puts around a fully ordered read-modify-write. */
    static void around() {
        if (!X86) {
            VarHandle.fullFence();
        }
    }
}
