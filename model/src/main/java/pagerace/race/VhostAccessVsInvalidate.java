// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.SC;
import static pagerace.race.Reachability.SEQUENTIAL;
import static pagerace.race.Reachability.TSO;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.mutant;
import static pagerace.race.Row.proposal;
import static pagerace.race.VhostAccessVsInvalidate.Because.CLEANED;
import static pagerace.race.VhostAccessVsInvalidate.Because.NEIGHBOUR;
import static pagerace.race.VhostAccessVsInvalidate.Because.NEIGHBOUR_ALONE;
import static pagerace.race.VhostAccessVsInvalidate.Because.TEARDOWN;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.machine.Translation;
import pagerace.machine.Word;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.VhostRing;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.FileStore;
import pagerace.mm.op.Linux;
import pagerace.mm.op.SharedWriteFault;
import pagerace.mm.op.VhostNotifier;
import pagerace.mm.op.VhostWorker;
import pagerace.mm.op.VhostWorker.Way;
import pagerace.mm.op.Writeback;
import pagerace.race.Dimensions.On;

/** The vhost worker stores to a ring by kernel addresses, while an invalidation takes its map away and the page is cleaned. */
@Race.Head(
        question =
                "Can a store by a kernel address reach the page after the invalidate callback has given the page up, so that it"
                        + " never gets to disk, or can the callback dirty a page that nobody may dirty any more?",
        anchor =
                "vhost_put_used against vhost_invalidate_vq_start, called from page_mkclean; 7f466032dc9e (vhost: access vq"
                        + " metadata through kernel virtual address), Jason Wang's fix series of July and August 2019 with"
                        + " Jason Gunthorpe's objection that a write fence does not order the read of the map, and the revert before 5.3",
        references = {
            "20190807065449.23373-9-jasowang@redhat.com: Jason Wang, 7 August 2019, the sequence count",
            "20190807070617.23716-8-jasowang@redhat.com: the same in the fourth posting",
            "20190807120738.GB1557@ziepe.ca: Jason Gunthorpe answers that: the write side of a sequence lock orders writes only, and a"
                    + " flag with full barriers would do",
            "1514137898.7430705.1565269269504.JavaMail.zimbra@redhat.com: Jason Wang, 8 August 2019, a counter with full fences, and packet rates of all",
            "20190809054851.20118-8-jasowang@redhat.com: the fifth posting, 9 August 2019"
        },
        invariant =
                "every store to the ring is on disk, or the page or its entry is dirty; a dirty page whose entry is there has a"
                        + " writable one; and nobody uses a freed map",
        actors = {"worker", "invalidation and cleaner"},
        breakingSchedule = """
                worker                                | invalidation and cleaner (REF_RELACQ)
                makes its counter odd (not visible)   |
                reads the map: there is one           |
                                                      | takes the map away, full fence
                                                      | reads the counter: even, so it need not wait
                                                      | dirties the page, frees the map, returns
                                                      | write-protects the entry
                                                      | clears the dirty flag and writes the page
                stores through the map                |
                the store is in memory only, and nothing says so""",
        notModelled = {
            "loads through the map (the available index, descriptors): the end of SEQCOUNT's section does not order them, so"
                    + " under WEAK a load may come after the map is freed (missed)",
            "a map that is made anew, and the count of invalidations that puts that off (missed)",
            "a cleaner that comes at other moments of somebody else's invalidation than during its wait (missed)",
            "the mutex that keeps the worker out of a teardown: here the teardown waits for it, as it did at first (may reach"
                    + " more, though not in what is listed)",
            "a truncation that takes the page from its file before the callback dirties it (missed, and harmless)",
            "platforms other than x86 with synchronous flushes: a store ends before a flush that it raced with does (missed)"
        })
public final class VhostAccessVsInvalidate extends CatalogueRace {
    /** The race. */
    public VhostAccessVsInvalidate() {
        super(End.values(), Fix.values(), List.of(Because.values()));
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

    private static final Kernel MAP_IN_RCU = map(VhostWorker.RCU, VhostNotifier.RCU);
    private static final Kernel MAP_BY_REF = map(VhostWorker.REF, VhostNotifier.REF);
    private static final Kernel MAP_UNDER_LOCK = map(VhostWorker.LOCK, VhostNotifier.LOCK);

    /** A kernel of those days, with a map: the releases have none. */
    private static Kernel map(Steps<VhostWorker.Step> worker, Steps<VhostNotifier.Step> notifier) {
        return Linux.V3_16.with(VhostWorker.Step.class, worker).with(VhostNotifier.Step.class, notifier);
    }

    /**
     * Every fix, in the order in which they were posted: each where the cleaner itself invalidates, which writes the
     * page anyway; elsewhere those that differ in when they dirty the page, and where nobody else would have it
     * written each that has to.
     *
     * <p>Threads run each where its moment of dirtying is put to the test, or else its wait. What one actor after the
     * other shows is the explorer's.
     */
    enum Fix implements Listed {
        NO_WAIT(mutation(MAP_IN_RCU.without(VhostNotifier.Step.WAIT_RCU), "the callback waits for nobody")
                .breaks(SC)),
        RCU_DIRTY_FIRST(history(
                        "5.3-rc",
                        "7f466032dc9e",
                        map(VhostWorker.RCU, VhostNotifier.RCU_DIRTY_FIRST),
                        "the worker is in an RCU read section; the callback dirties the page, takes the map, and waits for a grace"
                                + " period; a teardown dirties nothing")
                .in(CLEANED)
                .in(NEIGHBOUR)
                .in(TEARDOWN)
                .breaks(SC, NEIGHBOUR)
                .breaks(SEQUENTIAL, TEARDOWN)
                .onThreads(TEARDOWN)), // beside a cleaner its store is lost once in ninety thousand runs
        RCU(overtaken(
                        proposal(
                                MAP_IN_RCU,
                                "as RCU_DIRTY_FIRST, but the callback dirties the page after its wait, and a teardown dirties it too"))
                .in(TEARDOWN)),
        REF_RELACQ(whereCleaned(
                        proposal(
                                MAP_BY_REF,
                                "the series of July 2019: an odd counter instead of RCU, stored with release and loaded again with acquire"))
                .breaks(TSO)),
        REF_FULL(counting(
                MAP_BY_REF.without(VhostWorker.Step.LOAD_REF).with(VhostWorker.Step.FENCE_AFTER_REF),
                "as REF_RELACQ, with a full fence behind the odd counter")),
        REF_RMW(counting(
                MAP_BY_REF.without(VhostWorker.Step.LOAD_REF).with(VhostWorker.Step.REF_BY_RMW),
                "as REF_RELACQ, but the counter becomes odd by a value-returning atomic")),
        // Its counter, not its moment of dirtying, is what is new.
        SEQCOUNT(whereCleaned(
                        proposal(
                                map(VhostWorker.SEQCOUNT, VhostNotifier.SEQCOUNT),
                                "the series of 7 August 2019: the worker makes a sequence count odd, by a plain increment and a write fence; the"
                                        + " callback dirties the page first, under the lock, then waits while the count is odd"))
                .in(NEIGHBOUR)
                .breaks(TSO)
                .breaks(SC, NEIGHBOUR)),
        LOCK(overtaken(proposal(
                MAP_UNDER_LOCK,
                "the series of 9 August 2019: the worker uses the map under the lock; the callback dirties the page after"
                        + " it has dropped that lock"))),
        LOCK_DIRTY_INSIDE(whereMet(proposal(
                MAP_UNDER_LOCK.without(VhostNotifier.Step.DIRTY_AFTER_WAIT).with(VhostNotifier.Step.DIRTY_FIRST),
                "as LOCK, but the callback dirties the page before it drops the lock, as the series did without its last patch, so that"
                        + " no other callback returns sooner"))),
        NEVER_DIRTIES(mutant(
                        MAP_IN_RCU.without(VhostNotifier.Step.DIRTY_AFTER_WAIT),
                        "as RCU, but the callback does not dirty the page")
                .in(NEIGHBOUR_ALONE)
                .breaks(SEQUENTIAL)),
        DIRTY_LATE(mutation(
                        MAP_IN_RCU.without(VhostNotifier.Step.DIRTY_AFTER_WAIT).with(VhostNotifier.Step.UNMAP_LATE),
                        "the page is dirtied when the map is freed, after the callback")
                .breaks(SEQUENTIAL)),
        DIRTY_UNDER_FOLIO_LOCK(mutation(
                        MAP_IN_RCU.with(VhostNotifier.Step.TAKE_FOLIO_LOCK),
                        "the callback takes the folio lock to dirty the page, which its caller holds")
                .breaks(SEQUENTIAL)
                .deadlocks()),
        // Without a map nothing here can go wrong that another variant's map would show: what a store through the
        // page table rests on is the flush that waits for it, which all variants have, so it has no control and is
        // the explorer's.
        COPY_TO_USER(mainline(
                        "<= 5.2; >= 5.3",
                        "3d2c7d370475",
                        Linux.MAINLINE,
                        "no map: the worker stores through the user's page table")
                .in(CLEANED));

        private final Row row;

        Fix(Row row) {
            this.row = row;
        }

        /** Its wait is put to the test. */
        private static Row whereCleaned(Row row) {
            return row.in(CLEANED).onThreads(CLEANED);
        }

        /** Its moment of dirtying is put to the test, where another callback may meet it. */
        private static Row whereMet(Row row) {
            return row.in(CLEANED).in(NEIGHBOUR).in(NEIGHBOUR_ALONE).onThreads(NEIGHBOUR);
        }

        /** A second callback that finds no map returns before the first has dirtied the page. */
        private static Row overtaken(Row row) {
            return whereMet(row).breaks(SEQUENTIAL, NEIGHBOUR);
        }

        /** Counters that differ in their fence alone are measured against the one that has none. */
        private static Row counting(Kernel kernel, String difference) {
            return whereCleaned(proposal(kernel, difference))
                    .in(NEIGHBOUR_ALONE)
                    .control(() -> REF_RELACQ, CLEANED);
        }

        private static Row mutation(Kernel kernel, String difference) {
            return whereCleaned(mutant(kernel, "as RCU, but " + difference));
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public Fix usualControl(Place at) {
            return switch (at.the(Because.class)) {
                case CLEANED -> NO_WAIT;
                case NEIGHBOUR -> LOCK;
                case NEIGHBOUR_ALONE -> NEVER_DIRTIES;
                case TEARDOWN -> RCU_DIRTY_FIRST;
            };
        }

        /** Without the map the question is another one. */
        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(
                    row.kernel().steps(VhostWorker.Step.class).without(VhostWorker.Step.USE_MAP),
                    row.kernel().steps(VhostNotifier.Step.class));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, at, kernel);
        }
    }

    /** How the worker's two stores reached the page. */
    private record Stored(Way first, Way second) {
        boolean has(Way way) {
            return first == way || second == way;
        }
    }

    /** A ring of one page of a shared file mapping, with a map; on disk is what the page held before. */
    private static final class State implements Scenario.OfTwo<Stored, Boolean> {
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

        State(Machine machine, Place at, Kernel kernel) {
            because = at.the(Because.class);
            // GUP made the map through a writable entry. Where stores are notified, that entry's page is dirty already.
            boolean dirty = because == CLEANED || because == NEIGHBOUR;
            Scene scene = new Scene(machine, On.X86.platform());
            folio = scene.file("folio").mapped().with(dirty ? Folio.DIRTY : 0).holding(BEFORE);
            file = new DiskFile(machine, folio, BEFORE, true);
            Mm mm = scene.mm("mm")
                    .walkers(0)
                    .caching(Translation.NONE)
                    .mapping(Pte.present(folio.pfn, Pte.WRITE | Pte.ACCESSED | (dirty ? Pte.DIRTY : 0)));
            pte = mm.entry(0).word;
            SharedWriteFault fault = kernel.replace(new SharedWriteFault(kernel, mm, file));
            boolean mapped = kernel.steps(VhostWorker.Step.class).has(VhostWorker.Step.USE_MAP);
            VhostRing ring = new VhostRing(machine, folio, mapped);
            worker = kernel.replace(new VhostWorker(kernel, ring, folio, new FileStore(mm, fault)));
            notifier = kernel.replace(new VhostNotifier(kernel, ring, file, folio));
            cleaner = kernel.replace(
                    new Writeback(kernel, file, kernel.replace(new CleanFolio(kernel, file, List.of(mm), notifier))));
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
