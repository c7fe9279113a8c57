// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.InvalidateVsSecondaryFault.Lookup.GUP_FAST;
import static pagerace.race.InvalidateVsSecondaryFault.Lookup.LOCKLESS;
import static pagerace.race.InvalidateVsSecondaryFault.Lookup.UNDER_PTL;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.WEAK;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.Row.proposal;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.machine.Word;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.IntervalSubscription;
import pagerace.mm.Kernel;
import pagerace.mm.KvmMmu;
import pagerace.mm.Mm;
import pagerace.mm.NotifierSubscriptions;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.IntervalFault;
import pagerace.mm.op.IntervalNotifier;
import pagerace.mm.op.KvmFault;
import pagerace.mm.op.KvmNotifier;
import pagerace.mm.op.Linux;
import pagerace.mm.op.PageReplacement;
import pagerace.mm.op.PrimaryLookup;
import pagerace.mm.op.SecondaryFaultEnd;
import pagerace.race.Dimensions.On;

/** A secondary MMU maps what it looked up in the primary page table, which is just being changed. */
@Race.Head(
        question =
                "Can a guest's or a device's page fault install a page that the process no longer maps, after the invalidation"
                        + " that should have told it has gone by?",
        anchor = "mmu_notifier_invalidate_range_start and _end against kvm_tdp_page_fault (mmu_invalidate_retry) and"
                + " mmu_interval_read_begin, mmu_interval_read_retry; e930bffe95e1 (KVM's counters), a355aa54f1d2 (their"
                + " barriers), d02c357e5bfa (the check before the lock), 99cb252f5e68 (interval notifiers)",
        references = {"13ec9308a857 (6.3): David Matlack, KVM on arm64 samples the sequence with the mmap lock held"},
        invariant =
                "once no invalidation is under way, a secondary entry that maps anything maps what the primary entry maps",
        actors = {"invalidation", "secondary fault"},
        breakingSchedule = """
                invalidation                          | secondary fault (KVM_SEQ_ONLY)
                start: one more in progress, zaps     |
                                                      | samples the sequence
                                                      | looks up the old page
                                                      | takes the lock: the sequence has not moved
                                                      | installs the old page
                replaces the page                     |
                end: the sequence moves               |
                the guest and the process are on different pages, and nobody will zap again""",
        notModelled = {
            "KVM's comparison of addresses (x86, since 5.12), which lets a fault pass an invalidation of others (missed)",
            "what else KVM's fence behind the sample orders: since 6.8 also the look whether the page is private or shared (missed)",
            "several invalidations at once, nested or not (missed)",
            "mmu_lock as a reader-writer lock, under which faults run side by side (missed)",
            "sleep: a fault that waits goes on as soon as it sees the sequence move, as one does that had no time to fall"
                    + " asleep; a wake-up would order what follows (may reach more, off x86)",
            "the TLB of the secondary MMU: a zap flushes it at once (missed)",
            "synchronous flushes: here a flush waits for nobody, so that lockless lookups get no help from it (may reach"
                    + " more than bare-metal x86)"
        })
public final class InvalidateVsSecondaryFault extends CatalogueRace {
    /** The race. */
    public InvalidateVsSecondaryFault() {
        super(End.values(), Fix.values(), List.of(Lookup.values()));
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

    /** Whose fault it is. */
    private enum Secondary {
        /** A guest's. KVM looks up by GUP-fast. */
        GUEST(GUP_FAST),
        /** A device's, in a driver with an interval notifier. Such drivers look up without a lock. */
        DEVICE(LOCKLESS);

        private final Lookup home;

        Secondary(Lookup home) {
            this.home = home;
        }
    }

    /** Every fix: KVM's, then the interval notifiers'. */
    enum Fix implements Listed {
        KVM_NO_CHECK(mutant(
                        Linux.V3_4.without(KvmFault.Step.CHECK_COUNT, KvmFault.Step.CHECK_SEQ),
                        "as KVM_3_4, but a fault installs what it found without any check")
                .breaks(SC)),
        KVM_SEQ_ONLY(mutant(
                        Linux.V3_4.without(KvmFault.Step.CHECK_COUNT),
                        "as KVM_3_4, but a fault compares the sequence only")
                .breaks(SC)),
        KVM_COUNT_ONLY(mutant(
                        Linux.V3_4.without(KvmFault.Step.CHECK_SEQ),
                        "as KVM_3_4, but a fault looks only whether an invalidation is in progress")
                .breaks(SC)),
        KVM_SAMPLE_LATE(mutant(
                        Linux.V3_4.without(KvmFault.Step.SAMPLE).with(KvmFault.Step.SAMPLE_LATE),
                        "as KVM_3_4, but a fault samples the sequence after it looked the page up")
                .breaks(SC)
                .offThreads()), // it shows no more than a comparison that is not made
        KVM_CHECK_OUTSIDE_LOCK(mutant(
                        Linux.V3_4.without(KvmFault.Step.CHECK_UNDER_LOCK).with(KvmFault.Step.CHECK_OUTSIDE_LOCK),
                        "as KVM_3_4, but the check is made before the lock is taken, and not again")
                .breaks(SC)),
        KVM_2_6_27(former(
                        "2.6.27",
                        "e930bffe95e1",
                        Linux.V2_6_27,
                        "a count of invalidations in progress and a sequence of those that ended, both checked under mmu_lock, which"
                                + " alone orders them; no fence, and all lookups are made under the page-table lock")
                .in(UNDER_PTL)),
        KVM_2_6_28(former(
                "2.6.28 .. 3.3",
                "4c2155ce81c1",
                Linux.V2_6_28,
                "as before, and a read fence between the sample and the lookup, which GUP-fast makes")),
        KVM_3_4(former(
                "3.4 .. 5.11, x86; <= 6.2, arm64",
                "a355aa54f1d2",
                Linux.V3_4,
                "as before, and fences between the count and the sequence for those who check without the lock")),
        KVM_5_12(
                former(
                        "5.12 .. 6.7, x86",
                        "-",
                        Linux.V5_12,
                        "as before, but x86 compares by address, under mmu_lock, and without the fence between count and sequence")),
        KVM(mainline(
                ">= 6.8, x86",
                "d02c357e5bfa",
                Linux.V6_8,
                "as before, and a fault also checks before it looks the page up and before it takes mmu_lock")),
        KVM_ARM64(mainline(
                        ">= 6.3, arm64; >= 6.4, riscv",
                        "13ec9308a857",
                        Linux.V6_4.with(KvmFault.Step.class, KvmFault.ARM64),
                        "as KVM_3_4, but without the fence behind the sample: its comment relies on the unlock of mmap_lock, which orders no later"
                                + " read; the lookup's own lock, or the full order of GUP-fast's reference, does the work")
                .notIn(LOCKLESS)),
        KVM_NO_FENCES(unordered(
                        Linux.V6_8.without(KvmFault.Step.FENCE_AFTER_SAMPLE, KvmNotifier.Step.FENCE_IN_END),
                        "as KVM, but without any fence, the one behind the sample included")
                .breaks(WEAK, LOCKLESS)),
        BOOK3S_HV(mainline(
                ">= 3.4, Book3S HV",
                "a355aa54f1d2",
                book3s(),
                "as KVM_3_4, but the entry has a lock of its own, under which the check is made: only the fences order the"
                        + " counters")),
        BOOK3S_HV_NO_COUNT(mutant(
                        book3s().without(KvmFault.Step.CHECK_COUNT),
                        "as BOOK3S_HV, but a fault compares the sequence only")
                .breaks(SC)),
        BOOK3S_HV_NO_FENCE_IN_CHECK(unordered(
                        book3s().without(KvmFault.Step.FENCE_IN_CHECK),
                        "as BOOK3S_HV, but the check has no read fence between the count and the sequence")
                .breaks(WEAK)),
        BOOK3S_HV_NO_FENCE_IN_END(unordered(
                        book3s().without(KvmNotifier.Step.FENCE_IN_END),
                        "as BOOK3S_HV, but the end has no write fence between the sequence and the count")
                .breaks(WEAK)),
        BOOK3S_HV_COUNT_FIRST(mutant(
                        book3s().with(KvmNotifier.Step.COUNT_FIRST),
                        "as BOOK3S_HV, but the end lowers the count before it moves the sequence")
                .breaks(SC)),
        INTERVAL_NO_CHECK(
                mutant(
                                Linux.V5_5.without(IntervalFault.Step.CHECK_SEQ),
                                "as INTERVAL, but the driver does not compare sequences under its lock")
                        .breaks(SC),
                Secondary.DEVICE),
        INTERVAL_NO_WAIT(
                mutant(
                                Linux.V5_5.without(IntervalFault.Step.WAIT),
                                "as INTERVAL, but a fault does not wait while its range is being invalidated")
                        .breaks(SC),
                Secondary.DEVICE),
        INTERVAL(
                mainline(
                                ">= 5.5",
                                "99cb252f5e68",
                                Linux.V5_5,
                                "the callback leaves the sequence in the subscription; a fault waits while it is that of all, and compares it under"
                                        + " the driver's lock")
                        .breaks(WEAK, LOCKLESS),
                Secondary.DEVICE),
        INTERVAL_FENCE_AFTER_WAIT(
                proposal(
                        Linux.V5_5.with(IntervalFault.Step.FENCE_AFTER_WAIT),
                        "as INTERVAL, and the wait ends with a read fence"),
                Secondary.DEVICE);

        private final Row row;
        private final Secondary secondary;

        Fix(Row row) {
            this(row, Secondary.GUEST);
        }

        /** Threads run each where it is at home. */
        Fix(Row row, Secondary secondary) {
            this.row = row.onThreads(secondary.home);
            this.secondary = secondary;
        }

        /** KVM's releases before the present ones lack fences that x86 does not need: they are the explorer's. */
        private static Row former(String kernels, String commit, Kernel kernel, String difference) {
            return history(kernels, commit, kernel, difference).offThreads();
        }

        /** A mutant that holds on x86 says nothing more there. */
        private static Row unordered(Kernel kernel, String difference) {
            return mutant(kernel, difference).offThreads();
        }

        private static Kernel book3s() {
            return Linux.V6_8
                    .with(KvmFault.Step.class, KvmFault.BOOK3S_HV)
                    .with(KvmNotifier.Step.class, KvmNotifier.BOOK3S_HV);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public Fix unfixed() {
            return secondary == Secondary.DEVICE ? INTERVAL_NO_CHECK : KVM_NO_CHECK;
        }

        /** Lookups by GUP-fast are those of 6.1: what may be pinned is no matter here. */
        @Override
        public Kernel kernel(Place at) {
            return row.kernel().with(GupFast.Step.class, Linux.V6_1);
        }

        @Override
        public Fix usualControl(Place at) {
            if (secondary == Secondary.DEVICE) {
                return INTERVAL_NO_CHECK;
            }
            boolean ownLock = row.kernel().steps(KvmFault.Step.class).has(KvmFault.Step.RMAP_LOCK);
            return ownLock ? BOOK3S_HV_NO_COUNT : KVM_SEQ_ONLY;
        }

        /**
         * What can be dropped by itself: a lock goes with the same lock on the other side, a comparison needs a sample, and nobody
         * defers a removal here.
         */
        @Override
        public List<Steps<?>> steps(Place at) {
            Kernel kernel = row.kernel();
            return secondary == Secondary.GUEST
                    ? List.of(
                            kernel.steps(KvmFault.Step.class)
                                    .without(KvmFault.Step.SAMPLE)
                                    .without(KvmFault.Step.RMAP_LOCK),
                            kernel.steps(KvmNotifier.Step.class).without(KvmNotifier.Step.ZAP_UNDER_RMAP_LOCK))
                    : List.of(
                            kernel.steps(IntervalFault.Step.class),
                            kernel.steps(IntervalNotifier.Step.class).without(IntervalNotifier.Step.WALK_DEFERRED));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel, secondary);
        }
    }

    /** One page, mapped by the process and not yet by the secondary MMU, and the page that takes its place. */
    private static final class State implements Scenario.OfTwo<Boolean, SecondaryFaultEnd> {
        private static final long CONTENT = 1;
        private static final int CPU = 0;
        /** The weakest there is: under x86's memory model the unordered updates of arm64 are ordered as x86's own. */
        private static final Platform PLATFORM = On.ARM64.platform();

        private final Folio folio;
        private final Folio other;
        private final Entry entry;
        private final Word spte;
        private final PageReplacement replacement;
        private final Fault fault;

        /** The fault of either secondary MMU. */
        private interface Fault {
            SecondaryFaultEnd handle(int cpu, Entry entry);
        }

        State(Machine machine, Place at, Kernel kernel, Secondary secondary) {
            Scene scene = new Scene(machine, PLATFORM);
            folio = scene.anon("old").exclusive(true).mapped().holding(CONTENT);
            other = scene.anon("new").exclusive(true).mapped().holding(CONTENT); // by the entry that will map it
            Mm mm = scene.mm("mm").mapping(Pte.present(folio.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            entry = mm.entry(0);
            PrimaryLookup lookup = kernel.replace(new PrimaryLookup(kernel, mm, at.the(Lookup.class).how));
            if (secondary == Secondary.GUEST) {
                KvmMmu kvm = new KvmMmu(machine);
                spte = kvm.spte;
                fault = kernel.replace(new KvmFault(kernel, kvm, lookup))::handle;
                replacement = kernel.replace(new PageReplacement(mm, kernel.replace(new KvmNotifier(kernel, kvm))));
            } else {
                NotifierSubscriptions all = new NotifierSubscriptions(machine);
                IntervalSubscription one = new IntervalSubscription(machine);
                spte = one.spte;
                fault = kernel.replace(new IntervalFault(kernel, all, one, lookup))::handle;
                replacement =
                        kernel.replace(new PageReplacement(mm, kernel.replace(new IntervalNotifier(kernel, all, one))));
            }
        }

        @Override
        public Boolean first() {
            replacement.replace(entry, folio, other);
            return true;
        }

        @Override
        public SecondaryFaultEnd second() {
            return fault.handle(CPU, entry);
        }

        @Override
        public Outcome judge(Boolean replaced, SecondaryFaultEnd faulted) {
            long secondary = spte.readOnce();
            boolean mapped = Pte.isPresent(secondary);
            if (mapped && Pte.pfn(secondary) != Pte.pfn(entry.word.readOnce())) {
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
