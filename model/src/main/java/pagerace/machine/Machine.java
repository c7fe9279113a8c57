// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * What kernel code runs on: it makes {@link Word words} and orders accesses to them.
 *
 * <p>A machine belongs to one state. All words are made while the state is set up; afterwards the actors run against it,
 * each on its own thread or, explored, step by step.
 */
public abstract class Machine {
    /** For the two machines. */
    protected Machine() {}

    /**
     * Makes a word.
     *
     * @param name what traces call it, in kernel terms: {@code parent.pte}, {@code folio.refcount}. A constant: on hardware
     *     it is dropped, so building one would be the only cost it has
     * @param format how its values read in traces. A constant, for the same reason
     * @param initial its value before any actor runs
     */
    public abstract Word word(String name, Format format, long initial);

    /** Makes the word {@code name[index]}; only a machine that prints names composes it. */
    public abstract Word word(String name, int index, Format format, long initial);

    /** Makes the word {@code owner.field}; only a machine that prints names composes it. */
    public Word word(String owner, String field, Format format, long initial) {
        return word(owner + "." + field, format, initial);
    }

    /** Makes the word {@code name}, whose values are {@linkplain Format#DECIMAL numbers}. */
    public final Word word(String name, long initial) {
        return word(name, Format.DECIMAL, initial);
    }

    /** Makes the word {@code name[index]}, whose values are {@linkplain Format#DECIMAL numbers}. */
    public final Word word(String name, int index, long initial) {
        return word(name, index, Format.DECIMAL, initial);
    }

    /** Makes the word {@code owner.field}, whose values are {@linkplain Format#DECIMAL numbers}. */
    public final Word word(String owner, String field, long initial) {
        return word(owner, field, Format.DECIMAL, initial);
    }

    /**
     * Makes the word {@code owner.field}, which counts references and for which zero is final: an addition that does not look
     * first ({@link Word#add}, {@link Word#fetchAdd}), or a subtraction, must find somebody's reference there. The explored machine sees
     * to that, and so does {@link HardwareMachine#checkingCounters}.
     */
    public Word counter(String owner, String field, Format format, long initial) {
        return word(owner, field, format, initial);
    }

    /**
     * Makes the word {@code owner.field} of something that lives as long as {@code counter} is not zero: who writes to it has a reference,
     * or has itself frozen the counter or taken the last reference away. The explored machine sees to that, if {@code counter} was made by {@link #counter}, and so
     * does {@link HardwareMachine#checkingCounters}.
     */
    public Word keptBy(Word counter, String owner, String field, Format format, long initial) {
        return word(owner, field, format, initial);
    }

    /**
     * Makes the word {@code name[index]} so that it shares no cache line with any other word that was made by this method:
     * a writer of one of them does not slow down the users of another. Its meaning is that of {@link #word(String, int,
     * Format, long)}, so only a machine that has cache lines need do anything.
     */
    public Word paddedWord(String name, int index, Format format, long initial) {
        return word(name, index, format, initial);
    }

    /** {@code smp_mb}: every earlier access of this actor before every later one. */
    public abstract void smpMb();

    /** {@code smp_rmb}: earlier reads before later reads. */
    public abstract void smpRmb();

    /** {@code smp_wmb}: earlier writes before later writes. */
    public abstract void smpWmb();

    /** {@code smp_mb__before_atomic}: {@link #smpMb} when the next access is a read-modify-write; elsewhere a mistake. */
    public abstract void smpMbBeforeAtomic();

    /** {@code smp_mb__after_atomic}: {@link #smpMb} when the last access was a read-modify-write; elsewhere a mistake. */
    public abstract void smpMbAfterAtomic();

    /** {@code smp_mb__after_spinlock}: {@link #smpMb} directly after taking a spin lock; elsewhere a mistake. */
    public abstract void smpMbAfterSpinlock();
}
