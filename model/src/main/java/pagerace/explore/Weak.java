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
 *   <li>Load buffering: an access never takes effect before those that precede it in its actor, so no read sees a write that
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
 * <p>Executions grow event by event. What a memory has to remember of the past follows from that:
 * <ol>
 *   <li>Every path of order from a new event to an old one begins by going back: the event reads an old value, and so comes
 *       before the messages (the writes) behind it, or it writes into the middle of coherence order, before those behind it.
 *       Only an event that comes before some message can close a cycle.
 *   <li>So of the past only this matters: if a later event of actor {@code t} came before message {@code w}, what would that
 *       lead to? Call this possible event the <em>pair</em> "t before w". It can lead to an old event in two ways. It is
 *       <em>ordered</em> before the event; or it is <em>pushed</em> to it: a write overwrites the pair's event, or an access
 *       that it is ordered before, and fences push that write on to the event, but not yet <em>home</em>, to the actor whose
 *       access was overwritten.
 *   <li>Memory therefore keeps sets of pairs: those that are ordered before and those that are pushed to each message, each
 *       actor's events so far, and each actor's events to come. {@link WeakSlots} has the list.
 *   <li>A new event begins with the sets of its predecessors. A pair that is pushed to it, and whose home is its actor, is
 *       ordered before it. Behind a full fence whatever was pushed is ordered, wherever its home is.
 *   <li>If the new event, of actor {@code t}, comes before message {@code w} and "t before w" is ordered before that very
 *       event, this is a cycle: the execution is none of the model's. Otherwise the pair has become real: what is ordered
 *       before the event joins it in every set that has it.
 *   <li>Pairs that coherence or order has ruled out are dropped, and so are messages that nobody can read any more.
 * </ol>
 * What is left is a view machine: "actor t cannot go back before w". But its views follow from the kernel's axioms and say no
 * more than these.
 *
 * <p>An example is store buffering. Actor A writes {@code x} and reads {@code y}, actor B writes {@code y} and reads
 * {@code x}; both words are 0 at first. A goes first, then B. This is the state after each access, without fences: for each
 * word its messages in coherence order, and before which an actor cannot go back; for each pair the events that it leads to.
 * <pre>
 * A writes x=1
 *     x: 0, 1; A not before 1
 *     y: 0
 *     B before x=1: pushed to x=1, A's events so far, A's events so far and what they read, A's writes so far; home B
 * A reads y: 0
 *     x: 0, 1; A not before 1
 *     y: 0
 *     B before x=1: pushed to x=1, A's events so far, A's events so far and what they read, A's writes so far; home B
 * B writes y=1
 *     x: 0, 1; A not before 1
 *     y: 0, 1; B not before 1
 *     B before x=1: pushed to x=1, A's events so far, A's events so far and what they read, A's writes so far; home B
 *     A before y=1: pushed to y=1, B's events so far, B's events so far and what they read, B's writes so far; home A
 * B reads x: 0 or 1
 * </pre>
 * The first message makes the first pair possible: if B comes before {@code x=1}, then {@code x=1} overwrites what B read or
 * wrote. So the pair is pushed to A's write, and its home is B. Nothing pushes it on. So nothing is ordered before B's read,
 * which may return 0.
 *
 * <p>With {@code smp_mb} between write and read. A fence acts together with the access behind it:
 * <pre>
 * A writes x=1
 *     x: 0, 1; A not before 1
 *     y: 0
 *     B before x=1: pushed to x=1, A's events so far, A's events so far and what they read, A's writes so far; home B
 * A reads y: 0
 *     x: 0, 1; A not before 1
 *     y: 0
 *     B before x=1: ordered before A's accesses up to y=0, A's later events
 *     B before x=1: pushed to x=1; home B
 * B writes y=1
 *     x: 0, 1; A not before 1
 *     y: 0, 1; B not before 1
 *     B before x=1: ordered before A's accesses up to y=1, A's later events
 *     B before x=1: pushed to y=1, B's events so far, B's events so far and what they read, B's writes so far; home A
 *     B before x=1: pushed to x=1; home B
 *     A before y=1: pushed to y=1, B's events so far, B's events so far and what they read, B's writes so far; home A
 * B reads x: 1
 * </pre>
 * Behind A's fence the pair "B before x=1" is ordered before A's later events, among them the read of {@code y}. B's write
 * overwrites that read, so the pair is pushed to {@code y=1}, this time with home A. Behind B's fence it is ordered before
 * B's read. If that returned 0, it would come before {@code x=1} itself: a cycle. So B reads 1.
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
    public boolean isNothing(Access access) {
        return access.kind().isFence();
    }
}
