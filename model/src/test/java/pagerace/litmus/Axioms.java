// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.BitSet;
import java.util.List;

/**
 * The axioms of the Linux kernel's memory model for marked accesses, fences and spin locks, term by term on one candidate
 * execution. Slow and literal, to judge the explorer by.
 */
final class Axioms {
    /** What kind of event it is. */
    enum Kind {
        READ,
        WRITE,
        MB,
        RMB,
        WMB,
        BEFORE_ATOMIC,
        AFTER_ATOMIC,
        AFTER_SPINLOCK
    }

    /** One event; {@code actor} is -1 for an initial write, and {@code index} is its place in its actor. */
    static final class Event {
        final int actor;
        final int index;
        final Kind kind;
        final int location;
        long value;
        boolean acquire;
        boolean release;
        boolean full;
        boolean blind;
        boolean readModifyWrite;

        /** A read whose locked instruction x86 executed in vain. */
        boolean lockedInVain;

        boolean lockRead;
        boolean lockWrite;
        boolean unlock;

        /** For the write of a read-modify-write: its read is the event before. */
        boolean hasRead;

        /** Indices in its actor of the reads on which it depends. */
        BitSet control = new BitSet();

        BitSet data = new BitSet();

        Event(int actor, int index, Kind kind, int location) {
            this.actor = actor;
            this.index = index;
            this.kind = kind;
            this.location = location;
        }

        boolean isRead() {
            return kind == Kind.READ;
        }

        boolean isWrite() {
            return kind == Kind.WRITE;
        }

        boolean isAccess() {
            return isRead() || isWrite();
        }
    }

    private final List<Event> events;
    private final Relation rf;
    private final Relation co;
    private final Relation po;
    private final Relation internal;
    private final Relation external;

    /** The execution with these reads-from and coherence relations; initial writes are coherence-first. */
    Axioms(List<Event> events, Relation.Test readsFrom, Relation.Test coherence) {
        this.events = events;
        this.rf = relation(readsFrom);
        this.co = relation(coherence);
        this.po = relation((a, b) -> actor(a) >= 0 && actor(a) == actor(b) && event(a).index < event(b).index);
        this.internal = relation((a, b) -> actor(a) >= 0 && actor(a) == actor(b));
        this.external = relation((a, b) -> actor(a) < 0 || actor(a) != actor(b));
    }

    private Event event(int a) {
        return events.get(a);
    }

    private int actor(int a) {
        return event(a).actor;
    }

    private Relation relation(Relation.Test test) {
        return Relation.of(events.size(), test);
    }

    @FunctionalInterface
    private interface Property {
        boolean of(Event event);
    }

    private Relation only(Property property) {
        return relation((a, b) -> a == b && property.of(event(a)));
    }

    private Relation fencerel(Kind fence) {
        return po.then(only(e -> e.kind == fence)).then(po);
    }

    private Relation rmw() {
        return relation((a, b) -> event(b).hasRead && actor(a) == actor(b) && event(a).index == event(b).index - 1);
    }

    private Relation fr() {
        return relation((a, b) -> rf.has(b, a)).then(co);
    }

    boolean isCoherent() {
        Relation poLoc = relation((a, b) ->
                po.has(a, b) && event(a).isAccess() && event(b).isAccess() && event(a).location == event(b).location);
        return poLoc.or(rf).or(co).or(fr()).isAcyclic();
    }

    boolean isAtomic() {
        Relation between = fr().and(external).then(co.and(external));
        return rmw().and(between).isEmpty();
    }

    /** Whether the kernel's model allows it. */
    boolean isAllowedByTheKernel() {
        return isCoherent() && isAtomic() && isOrdered();
    }

    /** Whether it is sequentially consistent. */
    boolean isSequentiallyConsistent() {
        return isAtomic() && po.or(rf).or(co).or(fr()).isAcyclic();
    }

    /**
     * Whether total store order allows it, with every {@code smp_mb}, lock, and locked instruction a full fence: each successful
     * read-modify-write, and {@code cmpxchg} if it fails, too.
     */
    boolean isTotalStoreOrder() {
        Relation access = only(Event::isAccess);
        Relation mayPass = only(Event::isWrite).then(po).then(only(Event::isRead));
        Relation kept = relation((a, b) -> po.has(a, b) && !mayPass.has(a, b));
        Relation fenced = fencerel(Kind.MB)
                .or(po.then(rmw()))
                .or(rmw().then(po))
                .or(po.then(rmw()).then(po))
                .or(po.then(only(e -> isHalfOfReadModifyWrite(e))))
                .or(only(e -> isHalfOfReadModifyWrite(e)).then(po));
        Relation order = access.then(kept.or(fenced))
                .then(access)
                .or(rf.and(external))
                .or(co)
                .or(fr());
        return isCoherent() && isAtomic() && order.isAcyclic();
    }

    private boolean isHalfOfReadModifyWrite(Event event) {
        int index = events.indexOf(event);
        return event.hasRead || event.lockedInVain || (index + 1 < events.size() && rmw().has(index, index + 1));
    }

    /** Happens-before and propagation. */
    private boolean isOrdered() {
        Relation access = only(Event::isAccess);
        Relation write = only(Event::isWrite);
        Relation seenRead = only(e -> e.isRead() && !e.blind);
        Relation atomic = only(e -> e.readModifyWrite);

        Relation acqPo = only(e -> e.acquire).then(po).then(access);
        Relation poRel = access.then(po).then(only(e -> e.release));
        Relation unlockLock = po.then(only(e -> e.unlock))
                .then(po.or(rf))
                .then(only(e -> e.lockRead))
                .then(po);

        Relation rmb = seenRead.then(fencerel(Kind.RMB)).then(seenRead);
        Relation wmb = write.then(fencerel(Kind.WMB)).then(write);
        Relation mb = access.then(fencerel(Kind.MB))
                .then(access)
                .or(access.then(po).then(only(e -> e.full && e.isRead())))
                .or(only(e -> e.full && e.isWrite()).then(po).then(access))
                .or(access.then(fencerel(Kind.BEFORE_ATOMIC))
                        .then(atomic)
                        .then(po.orNothing())
                        .then(access))
                .or(access.then(po.orNothing())
                        .then(atomic)
                        .then(fencerel(Kind.AFTER_ATOMIC))
                        .then(access))
                .or(access.then(po.orNothing())
                        .then(only(e -> e.lockWrite))
                        .then(fencerel(Kind.AFTER_SPINLOCK))
                        .then(access));
        Relation fence = mb.or(poRel).or(acqPo).or(wmb).or(rmb);

        Relation overwrite = co.or(fr());
        Relation rfe = rf.and(external);
        Relation rfi = rf.and(internal);
        Relation data = relation(
                (a, b) -> actor(a) >= 0 && actor(a) == actor(b) && event(b).data.get(event(a).index));
        Relation control = relation((a, b) ->
                actor(a) >= 0 && actor(a) == actor(b) && event(b).control.get(event(a).index));
        Relation carried = data.then(rfi).star();
        Relation anyData = carried.then(data);
        Relation toWrite = anyData.or(carried.then(control)).then(write).or(overwrite.and(internal));
        Relation toRead = anyData.then(rfi);
        Relation ppo = toRead.or(toWrite).or(fence.and(internal)).or(unlockLock.and(internal));

        Relation sequence = rf.then(rmw()).star();
        Relation cumulFence = rfe.orNothing()
                .then(mb.or(poRel))
                .or(wmb)
                .or(access.then(unlockLock).then(access))
                .then(sequence);
        Relation prop =
                overwrite.and(external).orNothing().then(cumulFence.star()).then(rfe.orNothing());
        prop = access.then(prop).then(access);

        Relation hb =
                access.then(ppo.or(rfe).or(prop.minusIdentity().and(internal))).then(access);
        if (!hb.isAcyclic()) {
            return false;
        }
        return prop.then(mb).then(hb.star()).then(access).isAcyclic();
    }
}
