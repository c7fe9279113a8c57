// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.ArrayList;
import java.util.List;
import pagerace.mm.op.FaultEnd;
import pagerace.mm.op.Fork;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.KsmMerge;
import pagerace.mm.op.Lookup;
import pagerace.mm.op.MarkDirty;
import pagerace.mm.op.Reclaim;
import pagerace.mm.op.ReclaimFile;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.SwapIn;
import pagerace.mm.op.TryToMigrate;
import pagerace.mm.op.WriteFault;
import pagerace.mm.op.Writeback;

/** How often each operation should have ended in each way after {@link SoakResult#ENOUGH_OPERATIONS} operations of mainline. */
final class Health {
    private static final List<Rule> RULES = new ArrayList<>();

    static {
        never("GUP-fast's only", Op.SLOW_GUP, GupFast.End.SEQ_ODD, GupFast.End.NOT_PERMITTED, GupFast.End.FROZEN);
        never("GUP-fast's only", Op.SLOW_GUP, GupFast.End.UNDONE_PTE, GupFast.End.UNDONE_EXCLUSIVE);
        never("GUP-fast's only", Op.SLOW_GUP, GupFast.End.UNDONE_ADMISSION, GupFast.End.UNDONE_SEQ);
        never("anonymous memory is never refused", Op.SLOW_GUP, GupFast.End.REFUSED);
        rare("three faults, each for nothing", Op.SLOW_GUP, GupFast.End.GAVE_UP);
        for (Op op : List.of(Op.GUP_FAST, Op.SHMEM_GUP_FAST, Op.DISK_GUP_FAST, Op.LONGTERM)) {
            never("slow GUP's only", op, GupFast.End.REFUSED);
            never("no folio is split", op, GupFast.End.GAVE_UP);
            never("every flush waits for walkers", op, GupFast.End.FROZEN);
            if (op != Op.LONGTERM) {
                never("a zap's flush waits for walkers", op, GupFast.End.UNDONE_ADMISSION);
            }
            if (op != Op.GUP_FAST) {
                never("a file's page need not be exclusive", op, GupFast.End.UNDONE_EXCLUSIVE);
                rare("fork works elsewhere", op, GupFast.End.SEQ_ODD, GupFast.End.UNDONE_SEQ);
                rare("a zap between two reads", op, GupFast.End.UNDONE_PTE);
            }
        }
        never("mapped writable", Op.SHMEM_GUP_FAST, GupFast.End.NOT_PERMITTED);
        never("no long-term pin on a tracked file", Op.LONGTERM, GupFast.End.PINNED);
        for (Op op : List.of(Op.LOAD, Op.STORE, Op.CHILD_STORE, Op.SHMEM_STORE, Op.DISK_STORE)) {
            rare("four faults, each for nothing", op, UserMemory.End.GAVE_UP);
        }
        for (Op op : List.of(Op.LOAD, Op.STORE, Op.DISK_STORE)) {
            never("a page comes when it is needed", op, UserMemory.End.NOTHING_THERE);
        }
        rare("two threads in the child", Op.CHILD_WRITE_FAULT, WriteFault.End.RETRY);
        rare("two swap-ins at once", Op.SWAP_IN, SwapIn.End.RETRY);
        never("inside only", Op.FORK, Fork.End.AGAIN);
        rare("freed between two reads", Op.ISOLATE, AnonActor.Isolate.FROZEN);
        rare("locked at that moment", Op.CLAIM_SLOT, AnonActor.Claim.SLOT_IN_USE);
        rare("a pin about to be undone", Op.RECLAIM, Reclaim.End.UNMAPPED_PINNED);
        never("reclaim may write", Op.RECLAIM, Reclaim.End.UNMAPPED_DIRTY);
        rare("a lookup at that moment", Op.RECLAIM, Reclaim.End.UNMAPPED_NOT_FROZEN);
        rare("changed between two reads", Op.MIGRATE, TryToMigrate.End.NOT_MAPPED);
        rare("locked at that moment", Op.MIGRATE_FINISH, AnonActor.Migrate.LOCKED);
        never("KSM counts pins as references first", Op.KSM, KsmMerge.End.SHARE_REFUSED);
        never("no private mapping", Op.SHMEM_FAULT, FaultEnd.MAPPED_COPY);
        never("fault-around's only", Op.SHMEM_FAULT, FaultEnd.SKIPPED_EMPTY, FaultEnd.SKIPPED_LOCKED);
        never("tried again", Op.SHMEM_FAULT, FaultEnd.SKIPPED_MOVED);
        never("a proposal's", Op.SHMEM_FAULT, FaultEnd.SKIPPED_PUNCH);
        rare("emptied meanwhile", Op.SHMEM_FAULT, FaultEnd.SKIPPED_TRUNCATED);
        rare("three tries, each for nothing", Op.SHMEM_FAULT, FaultEnd.GAVE_UP);
        never("a direct fault's only", Op.FAULT_AROUND, FaultEnd.NO_FAULT, FaultEnd.MAPPED_NEW, FaultEnd.MAPPED_COPY);
        never("a direct fault's only", Op.FAULT_AROUND, FaultEnd.WAITED_FOR_PUNCH, FaultEnd.GAVE_UP);
        never("a direct fault's only", Op.FAULT_AROUND, FaultEnd.BEYOND_EOF);
        never("a proposal's", Op.FAULT_AROUND, FaultEnd.SKIPPED_PUNCH);
        rare("freed between two reads", Op.FAULT_AROUND, FaultEnd.SKIPPED_MOVED);
        rare("moved twice", Op.LOOKUP, Lookup.End.GAVE_UP);
        rare("moved twice", Op.DISK_LOOKUP, Lookup.End.GAVE_UP);
        rare(
                "a fault at that moment",
                Op.PUNCH,
                ShmemActor.Punch.SKIPPED_LOCKED,
                ShmemActor.Punch.REZAPPED_AND_SKIPPED);
        rare("a fault at that moment", Op.TRUNCATE, ShmemActor.Punch.SKIPPED_LOCKED, ShmemActor.Punch.REZAPPED);
        rare("a fault at that moment", Op.TRUNCATE, ShmemActor.Punch.REZAPPED_AND_SKIPPED);
        never("before 2.6.23 only", Op.SHARED_WRITE_FAULT, SharedWriteFault.End.COUNT_MOVED);
        never("a proposal's", Op.WRITEBACK, Writeback.End.SKIPPED_PINNED);
        never("no buffers", Op.WRITEBACK, Writeback.End.NO_DIRTY_BUFFER);
        never("no buffers", Op.RECLAIM_FILE, ReclaimFile.End.KEPT_BUFFERS);
        never("a race's with writeback", Op.RECLAIM_FILE, ReclaimFile.End.KEPT_WRITEBACK);
        rare("a store in the middle", Op.WRITEBACK, Writeback.End.WRITTEN_UNSTABLE);
        never("the mutant UNPIN_PRECHECK's", Op.UNPIN_DIRTY, MarkDirty.End.SKIPPED);
        never("no dirty tag", Op.UNPIN_DIRTY, MarkDirty.End.NOT_IN_FILE);
        rare("truncated meanwhile", Op.UNPIN_DIRTY, MarkDirty.End.IN_NO_FILE);
        rare("truncated meanwhile", Op.DROP_DIRTY, DiskActor.DropEnd.FREED);
        rare("too many threads", Op.SKIPPED, Skipped.FEW_SPARES);
    }

    private Health() {}

    /** What is healthy. */
    enum Expectation {
        /** It happens. */
        SOME("> 0"),
        /** It may or may not happen. */
        ANY("any"),
        /** It cannot happen. */
        NONE("0");

        private final String text;

        Expectation(String text) {
            this.text = text;
        }

        boolean isMet(long count) {
            return this == ANY || (this == SOME) == (count > 0);
        }
    }

    private record Rule(Op op, Enum<?> end, Expectation expectation, String why) {}

    private static void never(String why, Op op, Enum<?>... ends) {
        for (Enum<?> end : ends) {
            RULES.add(new Rule(op, end, Expectation.NONE, why));
        }
    }

    private static void rare(String why, Op op, Enum<?>... ends) {
        for (Enum<?> end : ends) {
            RULES.add(new Rule(op, end, Expectation.ANY, why));
        }
    }

    /** The counter of {@code op} that ended in {@code end}, with what is healthy. */
    static SoakResult.Counter counter(Op op, Enum<?> end, long count) {
        for (Rule rule : RULES) {
            if (rule.op == op && rule.end == end) {
                return counter(op, end, count, rule.expectation, ": " + rule.why);
            }
        }
        return counter(op, end, count, Expectation.SOME, "");
    }

    private static SoakResult.Counter counter(Op op, Enum<?> end, long count, Expectation expectation, String why) {
        return new SoakResult.Counter(op.name(), end.name(), count, expectation.text + why, expectation.isMet(count));
    }
}
