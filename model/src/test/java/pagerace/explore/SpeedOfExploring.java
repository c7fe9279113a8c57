// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import pagerace.machine.Machine;
import pagerace.machine.TlbProfile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.FreeFolios;
import pagerace.mm.Inode;
import pagerace.mm.Mm;
import pagerace.mm.PageTable;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.Steps;
import pagerace.mm.op.Fork;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.HolePunch;
import pagerace.mm.op.Linux;
import pagerace.mm.op.WriteFault;
import pagerace.race.Catalogue;
import pagerace.race.Point;

/**
 * How long exploring takes: every point of the catalogue under all memory models, then five actors on one entry. A program
 * to run, not a test, since times on a shared machine prove nothing:
 *
 * <pre>java -Xmx512m -cp CLASSPATH pagerace.explore.SpeedOfExploring [STATES]</pre>
 *
 * <p>STATES is where the five actors give up; two million fit 512 MiB.
 */
public final class SpeedOfExploring {
    private SpeedOfExploring() {}

    /** Prints the figures. */
    public static void main(String[] args) {
        int maxStates = args.length == 0 ? 2_000_000 : Integer.parseInt(args[0]);
        catalogue();
        for (TlbProfile profile : List.of(TlbProfile.BROADCAST, TlbProfile.IPI)) {
            fiveActors(profile, Sc.MODEL, maxStates);
            fiveActors(profile, Tso.MODEL, maxStates);
        }
    }

    private record Timing(Point point, double milliseconds, long states, long actorRuns) {}

    private static void catalogue() {
        List<Timing> timings = new ArrayList<>();
        long start = System.nanoTime();
        Catalogue.points().forEach(point -> {
            long begin = System.nanoTime();
            List<? extends Exploration<?>> explorations = Prediction.of(point).explorations();
            timings.add(new Timing(
                    point,
                    (System.nanoTime() - begin) / 1e6,
                    explorations.stream().mapToLong(Exploration::states).sum(),
                    explorations.stream().mapToLong(Exploration::actorRuns).sum()));
        });
        double seconds = (System.nanoTime() - start) / 1e9;
        timings.sort(Comparator.comparingDouble(Timing::milliseconds));
        print(
                "%d points, all models: %.1f s, %,d states, %,d actor runs",
                timings.size(), seconds, sum(timings), runs(timings));
        print(
                "per point: median %.0f ms, 95 %% %.0f ms, max %.0f ms (%s, %,d states)",
                at(timings, 0.5).milliseconds,
                at(timings, 0.95).milliseconds,
                at(timings, 1).milliseconds,
                at(timings, 1).point.key(),
                at(timings, 1).states);
    }

    private static long sum(List<Timing> timings) {
        return timings.stream().mapToLong(Timing::states).sum();
    }

    private static long runs(List<Timing> timings) {
        return timings.stream().mapToLong(Timing::actorRuns).sum();
    }

    private static Timing at(List<Timing> sorted, double share) {
        return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    }

    private static void fiveActors(TlbProfile profile, MemoryModel model, int maxStates) {
        Explorer<String> explorer =
                Explorer.of(machine -> new FiveActors(machine, profile), new Bounds(1_000, maxStates));
        Exploration<String> exploration = explorer.explore(model);
        print(
                "five actors, %s, %s: %.1f s, %,d states, %,d transitions, %,d actor runs, %d outcomes, %s",
                profile,
                model.level(),
                exploration.milliseconds() / 1e3,
                exploration.states(),
                exploration.transitions(),
                exploration.actorRuns(),
                exploration.outcomes().size(),
                exploration.isComplete() ? "complete" : "given up at " + exploration.bound());
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    /** Two pins, a fork, a zap (a truncation's, of a private copy) and a write fault, all on one entry. */
    private static final class FiveActors implements Program<String> {
        private final Mm mm;
        private final Entry childEntry;
        private final Folio folio;
        private final GupFast gupFast;
        private final Fork fork;
        private final HolePunch zap;
        private final WriteFault fault;

        FiveActors(Machine machine, TlbProfile profile) {
            Scene scene = new Scene(machine, new Platform(Platform.PteUpdate.LOCKED, profile));
            folio = scene.anon("folio").exclusive(true).mapped().holding(1);
            Folio forForkToCopy = scene.free("copy");
            Folio forFaultToCopy = scene.free("copy2");
            Folio gone = scene.free("gone");
            mm = scene.mm("parent")
                    .walkers(2)
                    .hasPinned(true)
                    .mapping(Pte.present(folio.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
            PageTable child = new PageTable(machine, "child", Pte.NONE);
            childEntry = child.entry(0);
            gupFast = new GupFast(Linux.V6_1, mm);
            fork = new Fork(Linux.V5_19, mm, child, FreeFolios.only(forForkToCopy));
            zap = new HolePunch(
                    Linux.MAINLINE.with(
                            HolePunch.Step.class, Steps.of(HolePunch.Step.TRUNCATE, HolePunch.Step.FIRST_ZAP)),
                    mm,
                    new Inode(machine, Folio.SHMEM, gone));
            fault = new WriteFault(Linux.MAINLINE, mm, null, FreeFolios.only(forFaultToCopy));
        }

        @Override
        public List<Supplier<?>> actors() {
            return List.of(
                    () -> gupFast.grab(0, mm.entry(0), GupFast.FOLL_PIN | GupFast.FOLL_WRITE),
                    () -> gupFast.grab(1, mm.entry(0), GupFast.FOLL_PIN | GupFast.FOLL_WRITE),
                    () -> fork.copy(mm.entry(0), childEntry),
                    zap::punch,
                    this::writeFault);
        }

        private String writeFault() {
            mm.mmapLock.readLock();
            long pte = mm.entry(0).word.readOnce();
            String end = Pte.isPresent(pte) && !Pte.isWritable(pte)
                    ? fault.handle(mm.entry(0), pte, false).toString()
                    : "NO_FAULT";
            mm.mmapLock.readUnlock();
            return end;
        }

        @Override
        public String judge(List<Object> ends) {
            return ends + " " + folio.refcount.readOnce() + " "
                    + Pte.describe(mm.entry(0).word.readOnce());
        }

        @Override
        public String stuck() {
            return "STUCK";
        }
    }
}
