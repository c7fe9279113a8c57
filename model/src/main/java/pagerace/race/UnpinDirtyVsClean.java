// SPDX-License-Identifier: Apache-2.0
package pagerace.race;

import static pagerace.race.Reachability.TSO;
import static pagerace.race.Row.history;
import static pagerace.race.Row.mainline;
import static pagerace.race.Row.proposal;

import java.util.List;
import pagerace.machine.Machine;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.op.CleanFolio;
import pagerace.mm.op.Linux;
import pagerace.mm.op.MarkDirty;
import pagerace.mm.op.Writeback;
import pagerace.race.Dimensions.On;

/** The user of a pin stores, marks the page dirty and unpins it, while writeback cleans it. */
@Race.Head(
        question =
                "Can a store through a pin be lost because the page still looked dirty when its user came to mark it?",
        anchor =
                "unpin_user_pages_dirty_lock and set_page_dirty_lock against folio_clear_dirty_for_io; 415d83249709 (test_and_set_bit"
                        + " orders even if the bit was set)",
        references = {
            "CABdtJHvZt=av5YEQvRMtf4-dMFR6JS1jM1Ntj7DMVy5fijvkMw@mail.gmail.com: the thread of Hector Martin's 415d83249709, August 2022"
        },
        invariant = "a store that was followed by marking the page is on disk, or the page is dirty",
        actors = {"user of the pin", "writeback"},
        breakingSchedule = """
                user of the pin (PRECHECK)                | writeback
                stores; the store waits in a store buffer |
                sees the page dirty: nothing to do        |
                                                          | clears the dirty mark
                                                          | reads the page: the old content
                                                          | writes it to disk
                the store becomes visible: neither is it on disk, nor is the page dirty""",
        notModelled = {
            "what lies between the cleared mark and the device's read: building the bio, submission, a doorbell. Here the reader comes at"
                    + " once, as a CPU would that computes a checksum or copies the page; a store buffer keeps a store for no longer"
                    + " (false alarms)",
            "a device's store: that is in no CPU's store buffer, and its completion orders (false alarms for DMA)",
            "what lies between store and mark in real callers: an interrupt, a return from a system call, a locked instruction"
                    + " (false alarms)",
            "truncation: set_page_dirty_lock locks because of that (missed here, see StripBuffersVsSetDirty)",
            "the filesystem's agreement, which marking never asks for (missed here, see GupWriteVsWriteback)"
        })
public final class UnpinDirtyVsClean extends CatalogueRace {
    /** The race. */
    public UnpinDirtyVsClean() {
        super(End.values(), Fix.values());
    }

    /** What can come of it. */
    enum End implements Outcome {
        @Permitted("the store came before the page was written")
        WRITTEN,
        @Permitted("the page was cleaned before the store, and is dirty again")
        DIRTY_AGAIN,
        @Window(
                "the store came between the clearing of the mark and the write: it is on disk, and the page is dirty as well")
        WRITTEN_AND_DIRTY,
        @Window("the store came in the middle of the write, by a user who had seen the mark before")
        WRITTEN_UNSTABLE,
        @Forbidden("the store is not on disk, and the page is clean")
        LOST_STORE
    }

    /** Every way of marking. */
    enum Fix implements Listed {
        PRECHECK(mainline(
                        ">= 5.2",
                        "-",
                        marking(MarkDirty.UNPIN),
                        "unpin_user_pages_dirty_lock, up to 5.5 put_user_pages_dirty_lock: skip a page that looks dirty, lock the others; its"
                                + " comment argues that whoever clears the mark is still to write the page")
                .breaks(TSO)),
        PRECHECK_AFTER_FENCE(proposal(
                        marking(MarkDirty.UNPIN).with(MarkDirty.Step.FENCE_BEFORE_PRECHECK),
                        "as PRECHECK, with a full fence before the look")
                .control(() -> PRECHECK)),
        ALWAYS_LOCK(mainline("all", "-", marking(MarkDirty.LOCKED), "set_page_dirty_lock: lock every page")
                .control(() -> PRECHECK)),
        TEST_AND_SET_UNORDERED(history(
                        "4.19 .. 5.19, generic bitops",
                        "e986a0d6cb36",
                        Linux.V5_19.without(MarkDirty.Step.ORDERED_WHEN_SET),
                        "set_page_dirty without a lock; the generic test_and_set_bit, in use on arm64 among others, reads first and"
                                + " orders nothing if the bit is set")
                .breaks(TSO)),
        TEST_AND_SET_ORDERED(mainline(
                        ">= 6.0",
                        "415d83249709",
                        Linux.MAINLINE,
                        "set_page_dirty without a lock; test_and_set_bit orders in every case, as x86's locked instruction always did")
                .control(() -> TEST_AND_SET_UNORDERED));

        private final Row row;

        Fix(Row row) {
            this.row = row.onThreads();
        }

        private static Kernel marking(Steps<MarkDirty.Step> all) {
            return Linux.MAINLINE.with(MarkDirty.Step.class, all);
        }

        @Override
        public Row row() {
            return row;
        }

        @Override
        public List<Steps<?>> steps(Place at) {
            return List.of(row.kernel().steps(MarkDirty.Step.class));
        }

        @Override
        public Scenario on(Machine machine, Place at, Kernel kernel) {
            return new State(machine, kernel);
        }
    }

    /** One dirty page of a file, pinned and not mapped any more. */
    private static final class State implements Scenario.OfTwo<MarkDirty.End, Writeback.End> {
        private static final long ON_DISK = 0;
        private static final long BEFORE = 1;
        private static final long STORED = 2;

        private final Folio folio;
        private final DiskFile file;
        private final MarkDirty markDirty;
        private final Writeback writeback;

        State(Machine machine, Kernel kernel) {
            Scene scene = new Scene(machine, On.X86.platform());
            folio = scene.file("folio").with(Folio.DIRTY).pinned().holding(BEFORE);
            file = new DiskFile(machine, folio, ON_DISK, true);
            markDirty = kernel.replace(new MarkDirty(kernel, file));
            CleanFolio clean = kernel.replace(new CleanFolio(kernel, file, List.of()));
            writeback = kernel.replace(new Writeback(kernel, file, clean));
        }

        @Override
        public MarkDirty.End first() {
            folio.data.writeOnce(STORED);
            MarkDirty.End end = markDirty.mark(folio);
            folio.unpin();
            return end;
        }

        @Override
        public Writeback.End second() {
            return writeback.write(folio);
        }

        @Override
        public Outcome judge(MarkDirty.End marked, Writeback.End written) {
            boolean onDisk = file.disk.readOnce() == STORED;
            if (folio.test(Folio.DIRTY)) {
                return onDisk ? End.WRITTEN_AND_DIRTY : End.DIRTY_AGAIN;
            }
            if (!onDisk) {
                return End.LOST_STORE;
            }
            return written == Writeback.End.WRITTEN_UNSTABLE ? End.WRITTEN_UNSTABLE : End.WRITTEN;
        }
    }
}
