// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

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
import pagerace.mm.op.Zap;

/** What is counted, and how it can end. */
enum Op {
    LOAD(UserMemory.End.values()),
    STORE(UserMemory.End.values()),
    POPULATE(AnonActor.Populate.values()),
    WRITE_FAULT(WriteFault.End.values()),
    SWAP_IN(SwapIn.End.values()),
    GUP_FAST(GupFast.End.values()),
    SLOW_GUP(GupFast.End.values()),
    RELEASE(Cpu.Release.values()),
    FORK(Fork.End.values()),
    CHILD_STORE(UserMemory.End.values()),
    CHILD_WRITE_FAULT(WriteFault.End.values()),
    CHILD_EXIT(Zap.End.values()),
    ISOLATE(AnonActor.Isolate.values()),
    CLAIM_SLOT(AnonActor.Claim.values()),
    RECLAIM(Reclaim.End.values()),
    MIGRATE(TryToMigrate.End.values()),
    MIGRATE_FINISH(AnonActor.Migrate.values()),
    KSM(KsmMerge.End.values()),
    DISCARD(Zap.End.values()),
    SHMEM_FAULT(FaultEnd.values()),
    FAULT_AROUND(FaultEnd.values()),
    SHMEM_STORE(UserMemory.End.values()),
    SHMEM_GUP_FAST(GupFast.End.values()),
    LOOKUP(Lookup.End.values()),
    PUNCH(ShmemActor.Punch.values()),
    TRUNCATE(ShmemActor.Punch.values()),
    SHMEM_DISCARD(Zap.End.values()),
    DISK_STORE(UserMemory.End.values()),
    SHARED_WRITE_FAULT(SharedWriteFault.End.values()),
    READ_IN(DiskActor.ReadIn.values()),
    WRITEBACK(Writeback.End.values()),
    DISK_GUP_FAST(GupFast.End.values()),
    UNPIN_DIRTY(MarkDirty.End.values()),
    DROP_DIRTY(DiskActor.DropEnd.values()),
    LONGTERM(GupFast.End.values()),
    DISK_LOOKUP(Lookup.End.values()),
    RECLAIM_FILE(ReclaimFile.End.values()),
    DISK_TRUNCATE(DiskActor.Truncate.values()),
    DISK_DISCARD(Zap.End.values()),
    SKIPPED(Skipped.values());

    private final Enum<?>[] ends;

    Op(Enum<?>[] ends) {
        this.ends = ends;
    }

    /** All ends, in the order of their type. */
    Enum<?>[] ends() {
        return ends.clone();
    }
}
