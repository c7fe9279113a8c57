// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.NEVER;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.WEAK;

import java.util.List;
import java.util.function.Function;
import pagerace.machine.Machine;
import pagerace.machine.Tlb;
import pagerace.machine.Word;
import pagerace.mm.Folio;
import pagerace.mm.IntervalSubscription;
import pagerace.mm.KvmMmu;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.NotifierSubscriptions;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.op.IntervalFault;
import pagerace.mm.op.IntervalNotifier;
import pagerace.mm.op.KvmFault;
import pagerace.mm.op.KvmNotifier;
import pagerace.mm.op.PageReplacement;
import pagerace.mm.op.PrimaryLookup;
import pagerace.mm.op.SecondaryFaultEnd;
import pagerace.mm.op.Steps;
import pagerace.race.Dimensions.On;

/** A secondary MMU maps what it looked up in the primary page table, which is just being changed. */
public final class InvalidateVsSecondaryFault implements Race {
    @Override
    public String question() {
        return "Can a guest's or a device's page fault install a page that the process no longer maps, after the invalidation"
                + " that should have told it has gone by?";
    }

    @Override
    public String anchor() {
        return "mmu_notifier_invalidate_range_start and _end against kvm_tdp_page_fault (mmu_invalidate_retry) and"
                + " mmu_interval_read_begin, mmu_interval_read_retry; e930bffe95e1 (KVM's counters), a355aa54f1d2 (their"
                + " barriers), d02c357e5bfa (the check before the lock), 99cb252f5e68 (interval notifiers)";
    }

    @Override
    public List<String> references() {
        return List.of("13ec9308a857 (6.3): David Matlack, KVM on arm64 samples the sequence with the mmap lock held");
    }

    @Override
    public String invariant() {
        return "once no invalidation is under way, a secondary entry that maps anything maps what the primary entry maps";
    }

    @Override
    public String breakingSchedule() {
        return """
                invalidation                          | secondary fault (KVM_SEQ_ONLY)
                start: one more in progress, zaps     |
                                                      | samples the sequence
                                                      | looks up the old page
                                                      | takes the lock: the sequence has not moved
                                                      | installs the old page
                replaces the page                     |
                end: the sequence moves               |
                the guest and the process are on different pages, and nobody will zap again""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "KVM's comparison of addresses (x86, since 5.12), which lets a fault pass an invalidation of others (missed)",
                "what else KVM's fence behind the sample orders: since 6.8 also the look whether the page is private or shared (missed)",
                "several invalidations at once, nested or not (missed)",
                "mmu_lock as a reader-writer lock, under which faults run side by side (missed)",
                "sleep: a fault that waits goes on as soon as it sees the sequence move, as one does that had no time to fall"
                        + " asleep; a wake-up would order what follows (may reach more, off x86)",
                "the TLB of the secondary MMU: a zap flushes it at once (missed)",
                "synchronous flushes: here a flush waits for nobody, so that lockless lookups get no help from it (may reach"
                        + " more than bare-metal x86)");
    }

    @Override
    public List<String> actors() {
        return List.of("invalidation", "secondary fault");
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the fault came after the change and found the new page at once")
        NEW_PAGE,
        @Permitted("the fault mapped the old page before the invalidation began, whose start zapped it")
        ZAPPED,
        @Window("the check under the lock sent the fault back, and its second lookup found the new page")
        RETRIED,
        @Window(
                "the fault noticed the invalidation before it took the lock: it waited, or went back, and found the new page")
        WAITED,
        @Window("the fault was sent back each time")
        GAVE_UP,
        @Window("the fault looked while the entry mapped nothing, between the old page and the new")
        NOTHING_THERE,
        @Forbidden("the secondary entry maps the old page, the process has the new one, and nobody will zap again")
        STALE
    }

    /** How the fault finds the page. */
    @Dimension.Called("lookup")
    enum Lookup implements Dimension {
        @Means("under the page-table lock, without a reference (follow_pfnmap_start)")
        UNDER_PTL(PrimaryLookup.How.UNDER_PTL),
        @Means("a read without page-table lock or reference (hmm_range_fault)")
        LOCKLESS(PrimaryLookup.How.LOCKLESS),
        @Means("GUP-fast with a reference, which is given back in the end")
        GUP_FAST(PrimaryLookup.How.GUP_FAST);

        private final PrimaryLookup.How how;

        Lookup(PrimaryLookup.How how) {
            this.how = how;
        }
    }

    /** Every fix: KVM's, then the interval notifiers'. */
    enum Fix implements Candidate {
        KVM_NO_CHECK(
                "file-f.none",
                "as KVM_3_4, but a fault installs what it found without any check",
                KvmFault.V3_4.without(KvmFault.Step.CHECK_COUNT).without(KvmFault.Step.CHECK_SEQ),
                KvmNotifier.V3_4,
                at -> SC),
        KVM_SEQ_ONLY(
                "file-f.seq-only",
                "as KVM_3_4, but a fault compares the sequence only",
                KvmFault.V3_4.without(KvmFault.Step.CHECK_COUNT),
                KvmNotifier.V3_4,
                at -> SC),
        KVM_COUNT_ONLY(
                "file-f.inprog-only",
                "as KVM_3_4, but a fault looks only whether an invalidation is in progress",
                KvmFault.V3_4.without(KvmFault.Step.CHECK_SEQ),
                KvmNotifier.V3_4,
                at -> SC),
        KVM_SAMPLE_LATE(
                "file-f.seq-late",
                "as KVM_3_4, but a fault samples the sequence after it looked the page up",
                KvmFault.V3_4.without(KvmFault.Step.SAMPLE).with(KvmFault.Step.SAMPLE_LATE),
                KvmNotifier.V3_4,
                at -> SC),
        KVM_CHECK_OUTSIDE_LOCK(
                "file-f.kvm, lockless check only",
                "as KVM_3_4, but the check is made before the lock is taken, and not again",
                KvmFault.V3_4.without(KvmFault.Step.CHECK_UNDER_LOCK).with(KvmFault.Step.CHECK_OUTSIDE_LOCK),
                KvmNotifier.V3_4,
                at -> SC),
        KVM_2_6_27(
                Origin.history(
                        "2.6.27",
                        "e930bffe95e1",
                        "file-f.kvm-nobarrier",
                        "a count of invalidations in progress and a sequence of those that ended, both checked under mmu_lock, which"
                                + " alone orders them; no fence, and all lookups are made under the page-table lock"),
                KvmFault.V2_6_27,
                KvmNotifier.V2_6_27,
                at -> NEVER) {
            @Override
            public boolean has(Place at) {
                return at.is(Lookup.UNDER_PTL);
            }
        },
        KVM_2_6_28(
                Origin.history(
                        "2.6.28 .. 3.3",
                        "4c2155ce81c1",
                        "file-f.kvm-nobarrier",
                        "as before, and a read fence between the sample and the lookup, which GUP-fast makes"),
                KvmFault.V2_6_28,
                KvmNotifier.V2_6_27,
                at -> NEVER),
        KVM_3_4(
                Origin.history(
                        "3.4 .. 5.11, x86; <= 6.2, arm64",
                        "a355aa54f1d2",
                        "file-f.kvm",
                        "as before, and fences between the count and the sequence for those who check without the lock"),
                KvmFault.V3_4,
                KvmNotifier.V3_4,
                at -> NEVER),
        KVM_5_12(
                Origin.history(
                        "5.12 .. 6.7, x86",
                        "-",
                        "file-f.kvm",
                        "as before, but x86 compares by address, under mmu_lock, and without the fence between count and sequence"),
                KvmFault.V5_12,
                KvmNotifier.V3_4,
                at -> NEVER),
        KVM(
                Origin.mainline(
                        ">= 6.8, x86",
                        "d02c357e5bfa",
                        "file-f.kvm",
                        "as before, and a fault also checks before it looks the page up and before it takes mmu_lock"),
                KvmFault.V6_8,
                KvmNotifier.V3_4,
                at -> NEVER),
        KVM_ARM64(
                Origin.mainline(
                        ">= 6.3, arm64; >= 6.4, riscv",
                        "13ec9308a857",
                        "file-f.kvm",
                        "as KVM_3_4, but without the fence behind the sample: its comment relies on the unlock of mmap_lock, which orders no later"
                                + " read; the lookup's own lock, or the full order of GUP-fast's reference, does the work"),
                KvmFault.ARM64,
                KvmNotifier.V3_4,
                at -> NEVER) {
            @Override
            public boolean has(Place at) {
                return !at.is(Lookup.LOCKLESS);
            }
        },
        KVM_NO_FENCES(
                "file-f.kvm-nobarrier",
                "as KVM, but without any fence, the one behind the sample included",
                KvmFault.V6_8.without(KvmFault.Step.FENCE_AFTER_SAMPLE),
                KvmNotifier.V2_6_27,
                at -> at.is(Lookup.LOCKLESS) ? WEAK : NEVER),
        BOOK3S_HV(
                Origin.mainline(
                        ">= 3.4, Book3S HV",
                        "a355aa54f1d2",
                        "file-f.kvm, own entry lock",
                        "as KVM_3_4, but the entry has a lock of its own, under which the check is made: only the fences order the"
                                + " counters"),
                KvmFault.BOOK3S_HV,
                KvmNotifier.BOOK3S_HV,
                at -> NEVER),
        BOOK3S_HV_NO_COUNT(
                "file-f.seq-only, own entry lock",
                "as BOOK3S_HV, but a fault compares the sequence only",
                KvmFault.BOOK3S_HV.without(KvmFault.Step.CHECK_COUNT),
                KvmNotifier.BOOK3S_HV,
                at -> SC),
        BOOK3S_HV_NO_FENCE_IN_CHECK(
                "file-f.kvm-nobarrier, own entry lock",
                "as BOOK3S_HV, but the check has no read fence between the count and the sequence",
                KvmFault.BOOK3S_HV.without(KvmFault.Step.FENCE_IN_CHECK),
                KvmNotifier.BOOK3S_HV,
                at -> WEAK),
        BOOK3S_HV_NO_FENCE_IN_END(
                "file-f.kvm-nobarrier, own entry lock",
                "as BOOK3S_HV, but the end has no write fence between the sequence and the count",
                KvmFault.BOOK3S_HV,
                KvmNotifier.BOOK3S_HV.without(KvmNotifier.Step.FENCE_IN_END),
                at -> WEAK),
        BOOK3S_HV_COUNT_FIRST(
                "file-f.kvm, order of the end",
                "as BOOK3S_HV, but the end lowers the count before it moves the sequence",
                KvmFault.BOOK3S_HV,
                KvmNotifier.BOOK3S_HV.with(KvmNotifier.Step.COUNT_FIRST),
                at -> SC),
        INTERVAL_NO_CHECK(
                "file-f.none",
                "as INTERVAL, but the driver does not compare sequences under its lock",
                IntervalFault.V5_5.without(IntervalFault.Step.CHECK_SEQ),
                at -> SC),
        INTERVAL_NO_WAIT(
                "file-f.interval-nowait",
                "as INTERVAL, but a fault does not wait while its range is being invalidated",
                IntervalFault.V5_5.without(IntervalFault.Step.WAIT),
                at -> SC),
        INTERVAL(
                Origin.mainline(
                        ">= 5.5",
                        "99cb252f5e68",
                        "file-f.interval",
                        "the callback leaves the sequence in the subscription; a fault waits while it is that of all, and compares it under"
                                + " the driver's lock"),
                IntervalFault.V5_5,
                at -> at.is(Lookup.LOCKLESS) ? WEAK : NEVER),
        INTERVAL_FENCE_AFTER_WAIT(
                Origin.proposal("file-f.interval, fenced", "as INTERVAL, and the wait ends with a read fence"),
                IntervalFault.V5_5.with(IntervalFault.Step.FENCE_AFTER_WAIT),
                at -> NEVER);

        private final Origin origin;
        private final boolean isKvm;
        private final Steps<KvmFault.Step> kvmFault;
        private final Steps<KvmNotifier.Step> kvmNotifier;
        private final Steps<IntervalFault.Step> intervalFault;
        private final Function<Place, Reachability> expected;

        Fix(
                Origin origin,
                Steps<KvmFault.Step> fault,
                Steps<KvmNotifier.Step> notifier,
                Function<Place, Reachability> expected) {
            this.origin = origin;
            this.isKvm = true;
            this.kvmFault = fault;
            this.kvmNotifier = notifier;
            this.intervalFault = IntervalFault.V5_5;
            this.expected = expected;
        }

        Fix(Origin origin, Steps<IntervalFault.Step> fault, Function<Place, Reachability> expected) {
            this.origin = origin;
            this.isKvm = false;
            this.kvmFault = KvmFault.V6_8;
            this.kvmNotifier = KvmNotifier.V3_4;
            this.intervalFault = fault;
            this.expected = expected;
        }

        Fix(
                String reference,
                String difference,
                Steps<KvmFault.Step> fault,
                Steps<KvmNotifier.Step> notifier,
                Function<Place, Reachability> expected) {
            this(Origin.mutant(reference, difference), fault, notifier, expected);
        }

        Fix(
                String reference,
                String difference,
                Steps<IntervalFault.Step> fault,
                Function<Place, Reachability> expected) {
            this(Origin.mutant(reference, difference), fault, expected);
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return expected.apply(at);
        }

        @Override
        public Fix control(Place at) {
            boolean ownLock = kvmFault.has(KvmFault.Step.RMAP_LOCK);
            return isKvm ? ownLock ? BOOK3S_HV_NO_COUNT : KVM_SEQ_ONLY : INTERVAL_NO_CHECK;
        }

        /**
         * Where each is at home: KVM looks up by GUP-fast, interval notifiers without a lock. Mutants that hold there say
         * nothing more. KVM's releases before the present ones lack fences that x86 does not need, and a late sample shows no
         * more than a comparison that is not made: both are the explorer's.
         */
        @Override
        public boolean isPlanned(Place at) {
            if (this == KVM_2_6_28 || this == KVM_3_4 || this == KVM_5_12 || this == KVM_SAMPLE_LATE) {
                return false;
            }
            boolean broken = reachableFrom(at).isReachableOn(SC);
            return at.is(isKvm ? Lookup.GUP_FAST : Lookup.LOCKLESS) && (kind() != Kind.MUTANT || broken);
        }

        /**
         * What can be dropped by itself: a lock goes with its like on the other side, a comparison needs a sample, and nobody
         * defers a removal here.
         */
        @Override
        public List<Steps<?>> steps(Place at) {
            return isKvm
                    ? List.of(
                            kvmFault.without(KvmFault.Step.SAMPLE).without(KvmFault.Step.RMAP_LOCK),
                            kvmNotifier.without(KvmNotifier.Step.ZAP_UNDER_RMAP_LOCK))
                    : List.of(intervalFault, IntervalNotifier.V5_5.without(IntervalNotifier.Step.WALK_DEFERRED));
        }

        @Override
        public Scenario<?, ?> on(Machine machine, Place at, Changes changes) {
            return new State(machine, at, changes, this);
        }

        @Override
        public Origin origin() {
            return origin;
        }
    }

    @Override
    public List<End> outcomes() {
        return List.of(End.values());
    }

    @Override
    public List<Fix> variants() {
        return List.of(Fix.values());
    }

    @Override
    public Candidate unfixed(Candidate variant) {
        return variant.name().startsWith("INTERVAL") ? Fix.INTERVAL_NO_CHECK : Fix.KVM_NO_CHECK;
    }

    @Override
    public List<List<? extends Dimension>> dimensions() {
        return List.of(List.of(Lookup.values()));
    }

    /** One page, mapped by the process and not yet by the secondary MMU, and the page that takes its place. */
    private static final class State implements Scenario<Boolean, SecondaryFaultEnd> {
        private static final long CONTENT = 1;
        private static final int CPU = 0;
        /** The weakest there is: under x86's memory model the unordered updates of arm64 are ordered as x86's own. */
        private static final Platform PLATFORM = On.ARM64.platform();

        private final Folio folio;
        private final Folio other;
        private final Word pte;
        private final Word spte;
        private final PageReplacement replacement;
        private final Fault fault;

        /** The fault of either secondary MMU. */
        private interface Fault {
            SecondaryFaultEnd handle(int cpu, int index);
        }

        State(Machine machine, Place at, Changes changes, Fix fix) {
            folio = new Folio(machine, "old", 1, false, mappedOnce());
            other = new Folio(machine, "new", 2, false, mappedOnce());
            MemMap memMap = new MemMap(machine, List.of(folio, other));
            PageTable table = new PageTable(machine, "mm", Pte.present(1, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            Mm mm = new Mm(machine, "mm", table, new Tlb(machine, PLATFORM.flush(), 1), false);
            pte = table.pte(0);
            PrimaryLookup lookup = changes.replace(new PrimaryLookup(machine, mm, memMap, at.the(Lookup.class).how));
            if (fix.isKvm) {
                KvmMmu kvm = new KvmMmu(machine);
                spte = kvm.spte;
                fault = changes.replace(new KvmFault(machine, kvm, lookup, changes.keep(fix.kvmFault)))::handle;
                replacement = changes.replace(new PageReplacement(
                        mm, PLATFORM, changes.replace(new KvmNotifier(machine, kvm, changes.keep(fix.kvmNotifier)))));
            } else {
                NotifierSubscriptions all = new NotifierSubscriptions(machine);
                IntervalSubscription one = new IntervalSubscription(machine);
                spte = one.spte;
                fault = changes.replace(new IntervalFault(machine, all, one, lookup, changes.keep(fix.intervalFault)))
                        ::handle;
                replacement = changes.replace(new PageReplacement(
                        mm,
                        PLATFORM,
                        changes.replace(new IntervalNotifier(all, one, changes.keep(IntervalNotifier.V5_5)))));
            }
        }

        private static Folio.Initially mappedOnce() {
            return new Folio.Initially(1, 1, Folio.UPTODATE | Folio.ANON_EXCLUSIVE, Folio.ANON, CONTENT);
        }

        @Override
        public Boolean first() {
            replacement.replace(0, folio, other);
            return true;
        }

        @Override
        public SecondaryFaultEnd second() {
            return fault.handle(CPU, 0);
        }

        @Override
        public Outcome judge(Boolean replaced, SecondaryFaultEnd faulted) {
            long secondary = spte.readOnce();
            boolean mapped = Pte.isPresent(secondary);
            if (mapped && Pte.pfn(secondary) != Pte.pfn(pte.readOnce())) {
                return End.STALE;
            }
            return switch (faulted) {
                case MAPPED -> mapped ? End.NEW_PAGE : End.ZAPPED;
                case MAPPED_AFTER_RETRY -> End.RETRIED;
                case MAPPED_AFTER_WAIT -> End.WAITED;
                case GAVE_UP -> End.GAVE_UP;
                case NOTHING_THERE -> End.NOTHING_THERE;
            };
        }
    }
}
