// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.EnumSet;
import java.util.Set;
import pagerace.explore.WeakShape.Fault;
import pagerace.race.Reachability;

/**
 * The Linux kernel's memory model, less load buffering: exactly its executions in which program order and reads-from form
 * no cycle.
 *
 * <p>Limits, and which way they err:
 * <ul>
 *   <li>Load buffering: a step never takes effect before those that precede it in its actor, so no read sees a write that
 *       comes after it in every order. Missed bugs; the one known blind spot.
 *   <li>Dependencies are found by trying other values ({@link Past}), and a read whose value chooses what is read next
 *       orders nothing unless it is {@code readDependent}. A dependency that is not found is a false alarm.
 *   <li>{@code smp_mb__before_atomic} and its like count directly beside a read-modify-write that takes place, and nowhere
 *       else; the kernel's model also lets them order a read-modify-write further away, and one that failed. False alarms,
 *       in litmus tests only: in model code a fence that stands alone is a mistake.
 *   <li>RCU is modelled by what its implementation does, not by the model's RCU axiom.
 * </ul>
 *
 * <p>Algorithm notes. The kernel's model forbids an execution if its events lie on a cycle of <em>order</em>, which is the
 * union of
 * <ul>
 *   <li>what one actor keeps in order: fences, acquire, release, dependencies, writes behind accesses to the same word;
 *   <li>reads-from between actors;
 *   <li>propagation that comes home: another actor's write overwrites (or a read misses) what {@code x} stored (or read),
 *       fences push that write on, and it reaches an event of {@code x}'s own actor; then {@code x} is ordered before it;
 *   <li>the same, not home but to a full fence: then {@code x} is ordered before what follows that fence.
 * </ul>
 * The kernel's happens-before and propagation are cyclic exactly if this one relation is.
 *
 * <p>Executions grow event by event, so everything that leads from a new event to old ones begins by overwriting: a read
 * of an old value misses the messages after it; a write placed into the middle of coherence order precedes those after it.
 * Hence the past matters only through this: from which <em>overwritings that are still possible</em> (of message {@code w}
 * by a future event of actor {@code t}) is each event reachable, in the state "ordered" or in the state "pushed on by
 * fences, not home yet"? Memory therefore keeps sets of pairs (w, t): at each message, and at each actor for what its
 * fences have seen. A new event unites the sets of its predecessors; if it would overwrite w and has (w, t) among its
 * own, that is a cycle, and the execution is not one of the model's; else its sets go everywhere where (w, t) was. Pairs
 * that coherence or order has ruled out, and messages that nobody can read any more, are dropped. What is left is a view
 * machine: "actor t cannot go back behind w". But its views follow from the kernel's axioms and say no more than these.
 */
public final class Weak implements MemoryModel {
    /** The model. */
    public static final Weak MODEL = new Weak(EnumSet.noneOf(Fault.class));

    private final Set<Fault> faults;

    Weak(Set<Fault> faults) {
        this.faults = Set.copyOf(faults);
    }

    @Override
    public Reachability level() {
        return Reachability.WEAK;
    }

    @Override
    public Memory initial(int actors, long[] values) {
        return WeakMemory.initial(new WeakShape(actors, values.length, faults), values);
    }

    /** A fence is known to the access after it, and nobody else can tell when it happened. */
    @Override
    public boolean isNothing(Step step) {
        return step.kind().isFence();
    }
}
