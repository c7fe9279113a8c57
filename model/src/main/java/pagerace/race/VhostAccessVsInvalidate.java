// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.NEVER;
import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.TSO;

import java.util.List;
import java.util.function.Function;
import pagerace.machine.Machine;
import pagerace.machine.Tlb;
import pagerace.machine.Translation;
import pagerace.machine.Word;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.MemMap;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.VhostRing;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.FileStore;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.Steps;
import pagerace.mm.op.VhostNotifier;
import pagerace.mm.op.VhostWorker;
import pagerace.mm.op.VhostWorker.Way;
import pagerace.mm.op.Writeback;
import pagerace.race.Dimensions.On;

/** The vhost worker stores to a ring by kernel addresses, while an invalidation takes its map away and the page is cleaned. */
public final class VhostAccessVsInvalidate implements Race {
    @Override
    public String question() {
        return "Can a store by a kernel address reach the page after the invalidate callback has given the page up, so that it"
                + " never gets to disk, or can the callback dirty a page that nobody may dirty any more?";
    }

    @Override
    public String anchor() {
        return "vhost_put_used against vhost_invalidate_vq_start, called from page_mkclean; 7f466032dc9e (vhost: access vq"
                + " metadata through kernel virtual address), Jason Wang's fix series of July and August 2019 with"
                + " Jason Gunthorpe's objection that a write fence does not order the read of the map, and the revert before 5.3";
    }

    @Override
    public List<String> references() {
        return List.of(
                "20190807065449.23373-9-jasowang@redhat.com: Jason Wang, 7 August 2019, the sequence count",
                "20190807070617.23716-8-jasowang@redhat.com: the same in the fourth posting",
                "20190807120738.GB1557@ziepe.ca: Jason Gunthorpe answers that: the write side of a sequence lock orders writes only, and a"
                        + " flag with full barriers would do",
                "1514137898.7430705.1565269269504.JavaMail.zimbra@redhat.com: Jason Wang, 8 August 2019, a counter with full fences, and packet rates of all",
                "20190809054851.20118-8-jasowang@redhat.com: the fifth posting, 9 August 2019");
    }

    @Override
    public String invariant() {
        return "every store to the ring is on disk, or the page or its entry is dirty; a dirty page whose entry is there has a"
                + " writable one; and nobody uses a freed map";
    }

    @Override
    public String breakingSchedule() {
        return """
                worker                                | invalidation and cleaner (REF_RELACQ)
                makes its counter odd (not visible)   |
                reads the map: there is one           |
                                                      | takes the map away, full fence
                                                      | reads the counter: even, so it need not wait
                                                      | dirties the page, frees the map, returns
                                                      | write-protects the entry
                                                      | clears the dirty flag and writes the page
                stores through the map                |
                the store is in memory only, and nothing says so""";
    }

    @Override
    public List<String> notModelled() {
        return List.of(
                "loads through the map (the available index, descriptors): the end of SEQCOUNT's section does not order them, so"
                        + " under WEAK a load may come after the map is freed (missed)",
                "a map that is made anew, and the count of invalidations that puts that off (missed)",
                "a cleaner that comes at other moments of somebody else's invalidation than during its wait (missed)",
                "the mutex that keeps the worker out of a teardown: here the teardown waits for it, as it did at first (may reach"
                        + " more, though not in what is listed)",
                "a truncation that takes the page from its file before the callback dirties it (missed, and harmless)",
                "platforms other than x86 with synchronous flushes: a store ends before a flush that it raced with does (missed)");
    }

    @Override
    public List<String> actors() {
        return List.of("worker", "invalidation and cleaner");
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("both stores went through the map, and were accounted for when it was taken away")
        THROUGH_MAP,
        @Permitted("both stores went through the user's page table")
        THROUGH_PAGE_TABLE,
        @Window("the map was taken away between the worker's two stores")
        MAP_TAKEN_BETWEEN,
        @Window("the entry was write-protected between the worker's two stores, and the second took a fault")
        PROTECTED_BETWEEN,
        @Forbidden(value = "the worker followed a map that had been freed", byEnds = true)
        MAP_USED_AFTER_FREE,
        @Forbidden("a store came after the page had been written to disk, and neither page nor entry is dirty")
        STORE_LOST,
        @Forbidden("the page was dirtied after its entry had lost the write permission and the page had been cleaned")
        DIRTIED_OUTSIDE_EPOCH
    }

    /** Why the map goes away. */
    @Dimension.Called("invalidation")
    enum Because implements Dimension {
        @Means("a cleaner write-protects the page itself")
        CLEANED,
        @Means("something happens to another page of the ring; a cleaner of this one comes while the callback waits")
        NEIGHBOUR,
        @Means(
                "something happens to another page of the ring; nobody cleans this one, and nobody has stored through its entry")
        NEIGHBOUR_ALONE,
        @Means(
                "the ring is torn down, and nothing is invalidated; the entry is writable and nobody has stored through it")
        TEARDOWN
    }

    /** Every fix, in the order in which they were posted. */
    enum Fix implements Candidate {
        NO_WAIT(
                Origin.mutant("file-f.vhost mutants", "as RCU, but the callback waits for nobody"),
                VhostWorker.RCU,
                VhostNotifier.RCU.without(VhostNotifier.Step.WAIT_RCU),
                at -> SC),
        RCU_DIRTY_FIRST(
                Origin.history(
                        "5.3-rc",
                        "7f466032dc9e",
                        "file-f.vhost-dirty-first, f.vhost-noteardown",
                        "the worker is in an RCU read section; the callback dirties the page, takes the map, and waits for a grace"
                                + " period; a teardown dirties nothing"),
                VhostWorker.RCU,
                VhostNotifier.RCU_DIRTY_FIRST,
                at -> at.is(Because.CLEANED) ? NEVER : at.is(Because.NEIGHBOUR) ? SC : SEQUENTIAL),
        RCU(
                Origin.proposal(
                        "file-f.vhost-rcu, f.vhost-wait-first, f.dirty-in-cb",
                        "as RCU_DIRTY_FIRST, but the callback dirties the page after its wait, and a teardown dirties it too"),
                VhostWorker.RCU,
                VhostNotifier.RCU,
                Fix::overtaken),
        REF_RELACQ(
                Origin.proposal(
                        "file-f.vhost-ref-relacq",
                        "the series of July 2019: an odd counter instead of RCU, stored with release and loaded again with acquire"),
                VhostWorker.REF,
                VhostNotifier.REF,
                at -> at.is(Because.CLEANED) ? TSO : overtaken(at)),
        REF_FULL(
                Origin.proposal("file-f.vhost-ref-full", "as REF_RELACQ, with a full fence behind the odd counter"),
                VhostWorker.REF.without(VhostWorker.Step.LOAD_REF).with(VhostWorker.Step.FENCE_AFTER_REF),
                VhostNotifier.REF,
                Fix::overtaken),
        REF_RMW(
                Origin.proposal(
                        "file-f.vhost-ref-rmw",
                        "as REF_RELACQ, but the counter becomes odd by a value-returning atomic"),
                VhostWorker.REF.without(VhostWorker.Step.LOAD_REF).with(VhostWorker.Step.REF_BY_RMW),
                VhostNotifier.REF,
                Fix::overtaken),
        SEQCOUNT(
                Origin.proposal(
                        "file-f.vhost-seqcount",
                        "the series of 7 August 2019: the worker makes a sequence count odd, by a plain increment and a write fence; the"
                                + " callback dirties the page first, under the lock, then waits while the count is odd"),
                VhostWorker.SEQCOUNT,
                VhostNotifier.SEQCOUNT,
                at -> at.is(Because.CLEANED) ? TSO : SC),
        LOCK(
                Origin.proposal(
                        "file-f.vhost, lock",
                        "the series of 9 August 2019: the worker uses the map under the lock; the callback dirties the page after"
                                + " it has dropped that lock"),
                VhostWorker.LOCK,
                VhostNotifier.LOCK,
                Fix::overtaken),
        LOCK_DIRTY_INSIDE(
                Origin.proposal(
                        "file-f.vhost, lock, dirty inside",
                        "as LOCK, but the callback dirties the page before it drops the lock, as the series did without its last patch, so that"
                                + " no other callback returns sooner"),
                VhostWorker.LOCK,
                VhostNotifier.LOCK.without(VhostNotifier.Step.DIRTY_AFTER_WAIT).with(VhostNotifier.Step.DIRTY_FIRST),
                at -> NEVER),
        NEVER_DIRTIES(
                Origin.mutant("file-f.vhost mutants", "as RCU, but the callback does not dirty the page"),
                VhostWorker.RCU,
                VhostNotifier.RCU.without(VhostNotifier.Step.DIRTY_AFTER_WAIT),
                at -> SEQUENTIAL),
        DIRTY_LATE(
                Origin.mutant(
                        "file-f.dirty-after",
                        "as RCU, but the page is dirtied when the map is freed, after the callback"),
                VhostWorker.RCU,
                VhostNotifier.RCU.without(VhostNotifier.Step.DIRTY_AFTER_WAIT).with(VhostNotifier.Step.UNMAP_LATE),
                at -> SEQUENTIAL),
        DIRTY_UNDER_FOLIO_LOCK(
                Origin.mutant(
                        "file-f.dirty-lock-in-cb",
                        "as RCU, but the callback takes the folio lock to dirty the page, which its caller holds"),
                VhostWorker.RCU,
                VhostNotifier.RCU.with(VhostNotifier.Step.TAKE_FOLIO_LOCK),
                at -> SEQUENTIAL) {
            @Override
            public boolean deadlocks() {
                return true;
            }
        },
        COPY_TO_USER(
                Origin.mainline(
                        "<= 5.2; >= 5.3",
                        "3d2c7d370475",
                        "file-f.vhost-reverted",
                        "no map: the worker stores through the user's page table"),
                VhostWorker.COPY_TO_USER,
                VhostNotifier.NO_MAP,
                at -> NEVER);

        private final Origin origin;
        private final Steps<VhostWorker.Step> worker;
        private final Steps<VhostNotifier.Step> notifier;
        private final Function<Place, Reachability> expected;

        Fix(
                Origin origin,
                Steps<VhostWorker.Step> worker,
                Steps<VhostNotifier.Step> notifier,
                Function<Place, Reachability> expected) {
            this.origin = origin;
            this.worker = worker;
            this.notifier = notifier;
            this.expected = expected;
        }

        /** A second callback that finds no map returns before the first has dirtied the page. */
        private static Reachability overtaken(Place at) {
            return at.is(Because.NEIGHBOUR) ? SEQUENTIAL : NEVER;
        }

        /**
         * Each where the cleaner itself invalidates, which writes the page anyway; elsewhere those that differ in when they
         * dirty the page, and where nobody else would have it written each that has to.
         */
        @Override
        public boolean has(Place at) {
            return switch (at.the(Because.class)) {
                case CLEANED -> this != NEVER_DIRTIES;
                case NEIGHBOUR ->
                    this == RCU_DIRTY_FIRST
                            || this == RCU
                            || this == SEQCOUNT
                            || this == LOCK
                            || this == LOCK_DIRTY_INSIDE;
                case NEIGHBOUR_ALONE ->
                    (kind() == Kind.PROPOSAL && this != REF_RELACQ && this != SEQCOUNT) || this == NEVER_DIRTIES;
                case TEARDOWN -> this == RCU_DIRTY_FIRST || this == RCU;
            };
        }

        @Override
        public Reachability reachableFrom(Place at) {
            return expected.apply(at);
        }

        /** Counters that differ in their fence alone are measured against the one that has none. */
        @Override
        public Fix control(Place at) {
            return switch (at.the(Because.class)) {
                case CLEANED -> this == REF_FULL || this == REF_RMW ? REF_RELACQ : NO_WAIT;
                case NEIGHBOUR -> LOCK;
                case TEARDOWN -> RCU_DIRTY_FIRST;
                case NEIGHBOUR_ALONE -> NEVER_DIRTIES;
            };
        }

        /**
         * Each where its moment of dirtying is put to the test, or else its wait. Without a map nothing here can go wrong that
         * another variant's map would show: what a store through the page table rests on is the flush that waits for it,
         * which all variants have, so it has no control and is the explorer's. So is what one actor after the other shows.
         */
        @Override
        public boolean isPlanned(Place at) {
            if (this == COPY_TO_USER || this == NEVER_DIRTIES) {
                return false;
            }
            if (this == RCU_DIRTY_FIRST) {
                return at.is(Because.TEARDOWN); // beside a cleaner its store is lost once in ninety thousand runs
            }
            if (this == SEQCOUNT) {
                return at.is(Because.CLEANED); // its counter, not its moment of dirtying, is what is new
            }
            return at.is(has(new Place(List.of(Because.NEIGHBOUR))) ? Because.NEIGHBOUR : Because.CLEANED);
        }

        /** Without the map the question is another one. */
        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(worker.without(VhostWorker.Step.USE_MAP), notifier);
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
    public List<List<? extends Dimension>> dimensions() {
        return List.of(List.of(Because.values()));
    }

    /** How the worker's two stores reached the page. */
    private record Stored(Way first, Way second) {
        boolean has(Way way) {
            return first == way || second == way;
        }
    }

    /** A ring of one page of a shared file mapping, with a map; on disk is what the page held before. */
    private static final class State implements Scenario<Stored, Boolean> {
        private static final long BEFORE = 1;
        private static final long FIRST = 2;
        private static final long SECOND = 3;

        private final Because because;
        private final Folio folio;
        private final Word pte;
        private final DiskFile file;
        private final VhostWorker worker;
        private final VhostNotifier notifier;
        private final Writeback cleaner;
        private final Runnable cleaning;

        State(Machine machine, Place at, Changes changes, Fix fix) {
            because = at.the(Because.class);
            // GUP made the map through a writable entry. Where stores are notified, that entry's page is dirty already.
            boolean dirty = because == Because.CLEANED || because == Because.NEIGHBOUR;
            folio = new Folio(
                    machine,
                    "folio",
                    1,
                    false,
                    new Folio.Initially(2, 1, Folio.UPTODATE | (dirty ? Folio.DIRTY : 0), Folio.FILE, BEFORE));
            file = new DiskFile(machine, folio, BEFORE, true);
            Platform platform = On.X86.platform();
            PageTable table =
                    new PageTable(machine, "mm", Pte.present(1, Pte.WRITE | Pte.ACCESSED | (dirty ? Pte.DIRTY : 0)));
            pte = table.pte(0);
            Tlb tlb = new Tlb(machine, platform.flush(), 0, new Translation(machine, Translation.NONE));
            Mm mm = new Mm(machine, "mm", table, tlb, false);
            MemMap memMap = new MemMap(machine, List.of(folio));
            SharedWriteFault fault =
                    changes.replace(new SharedWriteFault(machine, mm, memMap, file, SharedWriteFault.MAINLINE));
            VhostRing ring = new VhostRing(machine, folio, fix.worker.has(VhostWorker.Step.USE_MAP));
            worker = changes.replace(
                    new VhostWorker(machine, ring, folio, new FileStore(mm, memMap, fault), changes.keep(fix.worker)));
            notifier = changes.replace(new VhostNotifier(machine, ring, file, folio, changes.keep(fix.notifier)));
            cleaner = changes.replace(new Writeback(
                    file,
                    changes.replace(
                            new CleanFolio(machine, file, List.of(mm), platform, CleanFolio.MAINLINE, notifier)),
                    Writeback.MAINLINE));
            cleaning = () -> cleaner.write(folio);
        }

        @Override
        public Stored first() {
            Way first = worker.put(FIRST);
            return new Stored(first, worker.put(SECOND));
        }

        @Override
        public Boolean second() {
            switch (because) {
                case CLEANED -> {
                    cleaner.write(folio);
                    notifier.unmapLate();
                }
                case NEIGHBOUR -> {
                    notifier.rangeStart(cleaning);
                    notifier.rangeEnd();
                }
                case NEIGHBOUR_ALONE -> {
                    notifier.rangeStart();
                    notifier.rangeEnd();
                }
                case TEARDOWN -> notifier.tearDown();
            }
            return true;
        }

        @Override
        public Outcome judge(Stored stored, Boolean invalidated) {
            if (stored.has(Way.FREED_MAP)) {
                return End.MAP_USED_AFTER_FREE;
            }
            long entry = pte.readOnce();
            boolean dirty = folio.test(Folio.DIRTY);
            if (file.disk.readOnce() != folio.data.readOnce() && !dirty && !Pte.has(entry, Pte.DIRTY)) {
                return End.STORE_LOST;
            }
            if (dirty && !Pte.isWritable(entry)) {
                return End.DIRTIED_OUTSIDE_EPOCH;
            }
            if (stored.first == Way.MAP) {
                return stored.second == Way.MAP ? End.THROUGH_MAP : End.MAP_TAKEN_BETWEEN;
            }
            boolean protectedBetween = stored.first == Way.PAGE_TABLE && stored.second == Way.FAULT;
            return protectedBetween ? End.PROTECTED_BETWEEN : End.THROUGH_PAGE_TABLE;
        }
    }
}
