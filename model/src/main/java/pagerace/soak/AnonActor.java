// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Word;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Kernel;
import pagerace.mm.Mm;
import pagerace.mm.Pte;
import pagerace.mm.op.Fork;
import pagerace.mm.op.GupFast;
import pagerace.mm.op.KsmMerge;
import pagerace.mm.op.Reclaim;
import pagerace.mm.op.Share;
import pagerace.mm.op.SlowGup;
import pagerace.mm.op.SwapIn;
import pagerace.mm.op.TryToMigrate;
import pagerace.mm.op.UserAccess;
import pagerace.mm.op.WriteFault;
import pagerace.mm.op.Zap;

/** What one thread does with anonymous memory, and what the callers of the operations have to do around them. */
final class AnonActor {
    /** What came of getting hold of the folio that an entry maps. */
    enum Isolate {
        /** The caller has a reference, and is the only one who reclaims or moves it. */
        ISOLATED,
        /** The entry maps nothing. */
        NOT_PRESENT,
        /** The folio is KSM's, and not reclaimed here. */
        KSM,
        /** The folio was being freed. */
        FROZEN,
        /** By the time of the reference the entry had changed. */
        MOVED,
        /** Somebody else has isolated it. */
        ISOLATED_BY_OTHERS
    }

    /** What came of getting the page's swap slot. */
    enum Claim {
        /** It is the caller's. */
        CLAIMED,
        /** Somebody else reclaims the page. */
        RECLAIMED_BY_OTHERS,
        /** Somebody may be swapping the page in. */
        SWAPPING_IN,
        /** The slot is in use. */
        SLOT_IN_USE
    }

    /** How migration went on after the entry was replaced. */
    enum Migrate {
        /** The page is in another folio now. */
        MOVED,
        /** Somebody had a reference: the entry maps the old folio again. */
        PUT_BACK,
        /** The folio lock was taken by somebody else. */
        LOCKED,
        /** The folio is in the swap cache, and not migrated here. */
        IN_SWAP_CACHE
    }

    /** What a fault on an entry that is none found. */
    enum Populate {
        /** It maps a new page now. */
        POPULATED,
        /** Somebody else was first. */
        LOST
    }

    private static final long ISOLATION = 1;

    private final World world;
    private final Cpu cpu;
    private final List<Page> pages = new ArrayList<>();
    private final Zap parentZap;
    private final Zap childZap;

    /** The operations on one page. */
    private record Page(
            int number,
            Mm parent,
            Mm child,
            Entry entry,
            Entry childEntry,
            World.AnonPage shared,
            GupFast gupFast,
            SlowGup slowGup,
            WriteFault writeFault,
            WriteFault childFault,
            SwapIn swapIn,
            Fork fork,
            Reclaim reclaim,
            TryToMigrate migrate,
            KsmMerge ksm) {}

    AnonActor(World world, Cpu cpu) {
        this.world = world;
        this.cpu = cpu;
        for (int i = 0; i < world.shape.pages(Area.ANON); i++) {
            pages.add(page(i));
        }
        parentZap = new Zap(world.kernel, world.parent.get(0));
        childZap = new Zap(world.kernel, world.child.get(0));
    }

    private Page page(int number) {
        Mm parent = World.of(world.parent, number);
        Mm child = World.of(world.child, number);
        World.AnonPage shared = world.anonPages.get(number);
        Kernel kernel = world.kernel;
        Share share = new Share(kernel, parent);
        WriteFault writeFault = new WriteFault(kernel, parent, shared.swap(), cpu);
        return new Page(
                number,
                parent,
                child,
                World.entry(world.parent, number),
                World.entry(world.child, number),
                shared,
                new GupFast(kernel, parent),
                new SlowGup(kernel, parent, writeFault),
                writeFault,
                new WriteFault(kernel, child, shared.swap(), cpu),
                new SwapIn(kernel, parent, shared.swap(), cpu),
                new Fork(kernel, parent, child.table, cpu),
                new Reclaim(kernel, parent, shared.swap(), share),
                new TryToMigrate(parent, share),
                new KsmMerge(kernel, parent, share));
    }

    /** Does {@code choice}; how it ended. */
    Enum<?> run(Choice choice) {
        Page page = pages.get(choice.page());
        return switch (choice.action()) {
            case LOAD -> load(page);
            case STORE -> store(page, contentOf(choice.bits()));
            case PIN_WRITE -> grab(page, GupFast.FOLL_PIN | GupFast.FOLL_WRITE);
            case PIN_READ -> grab(page, GupFast.FOLL_PIN);
            case GET_WRITE -> grab(page, GupFast.FOLL_WRITE);
            case GET_READ -> grab(page, 0);
            case RELEASE -> cpu.release(world, choice.bits());
            case FORK -> fork(page);
            case CHILD_STORE -> childStore(page);
            case CHILD_EXIT -> childExit(page);
            case RECLAIM -> reclaim(page);
            case MERGE -> merge(page, choice.bits());
            case MIGRATE -> migrate(page);
            case DISCARD -> discard(page);
            default -> throw new IllegalArgumentException(choice.action() + " is not for anonymous memory");
        };
    }

    /** The parent's loads and stores with all the faults they take; for a judge, while nobody else runs. */
    UserAccess parentAccess(int number) {
        Page page = pages.get(number);
        return new UserAccess(page.parent, page.writeFault, page.swapIn);
    }

    /** The child's. */
    UserAccess childAccess(int number) {
        Page page = pages.get(number);
        return new UserAccess(page.child, page.childFault, null);
    }

    private long contentOf(int bits) {
        return (bits & 1) == 0 ? World.mergeable(bits >> 1) : cpu.newValue();
    }

    private UserMemory.End load(Page page) {
        return access(page, Op.LOAD, false, () -> UserMemory.load(page.parent, world.memMap, cpu, page.entry));
    }

    private UserMemory.End store(Page page, long value) {
        return access(page, Op.STORE, true, () -> UserMemory.store(page.parent, world.memMap, cpu, page.entry, value));
    }

    /** Counted while it may swap the page in, so that nobody takes the slot. */
    private UserMemory.End access(Page page, Op op, boolean write, BooleanSupplier attempt) {
        World.count(page.shared.swapIns(), 1);
        UserMemory.End end = UserMemory.access(page.entry, attempt, seen -> {
            fault(page, seen, write);
            return true;
        });
        World.count(page.shared.swapIns(), -1);
        return cpu.counters.count(op, end);
    }

    /** A fault on {@code seen}. Of a migration entry it waits for the end, which is to try again. */
    private void fault(Page page, long seen, boolean write) {
        page.parent.mmapLock.readLock();
        if (Pte.isNone(seen)) {
            populate(page);
        } else if (Pte.isPresent(seen)) {
            if (write && !Pte.isWritable(seen)) {
                cpu.counters.count(Op.WRITE_FAULT, page.writeFault.handle(page.entry, seen, false));
            }
        } else if (Pte.has(seen, Pte.SWAP)) {
            cpu.counters.count(Op.SWAP_IN, page.swapIn.handle(page.entry, seen, write));
        }
        page.parent.mmapLock.readUnlock();
    }

    /** {@code do_anonymous_page}. */
    private void populate(Page page) {
        page.entry.lock.lock();
        boolean none = Pte.isNone(page.entry.word.readOnce());
        if (none) {
            Folio fresh = cpu.take();
            fresh.allocateAnon(0, true);
            fresh.mapcount.writeOnce(1);
            page.entry.word.writeOnce(Pte.present(fresh.pfn, Pte.WRITE | Pte.DIRTY | Pte.ACCESSED));
        }
        page.entry.lock.unlock();
        cpu.counters.count(Op.POPULATE, none ? Populate.POPULATED : Populate.LOST);
    }

    private Enum<?> grab(Page page, int flags) {
        if (!cpu.mayHoldMore()) {
            return cpu.counters.count(Op.SKIPPED, Skipped.HOLDS_ENOUGH);
        }
        // Before the grab: what is not done by now excuses an entry that maps something else later.
        long discards = page.shared.discards().done().loadAcquire();
        long forks = page.shared.forks().done().loadAcquire();
        GupFast.Grab grab = page.gupFast.grab(cpu.number, page.entry, flags);
        cpu.counters.count(Op.GUP_FAST, grab.end());
        if (!grab.isPinned()) {
            grab = page.slowGup.grab(page.entry, flags);
            cpu.counters.count(Op.SLOW_GUP, grab.end());
        }
        if (grab.isPinned()) {
            Folio folio = world.memMap.stableFolioOf(grab.pfn());
            cpu.touch(folio);
            cpu.held.add(new Held(Area.ANON, page.number, folio, flags, discards, forks));
        }
        return grab.end();
    }

    private Fork.End fork(Page page) {
        page.child.mmapLock.writeLock();
        zapChild(page);
        touchMapped(page.entry);
        page.shared.forks().begin();
        Fork.End end = page.fork.copy(page.entry, page.childEntry);
        page.shared.forks().end();
        page.child.mmapLock.writeUnlock();
        return cpu.counters.count(Op.FORK, end);
    }

    private Zap.End childExit(Page page) {
        page.child.mmapLock.writeLock();
        Zap.End end = zapChild(page);
        page.child.mmapLock.writeUnlock();
        return cpu.counters.count(Op.CHILD_EXIT, end);
    }

    private Zap.End zapChild(Page page) {
        touchMapped(page.childEntry);
        return childZap.zap(page.childEntry);
    }

    private UserMemory.End childStore(Page page) {
        long value = cpu.newValue();
        UserMemory.End end = UserMemory.access(
                page.childEntry,
                () -> UserMemory.store(page.child, world.memMap, cpu, page.childEntry, value),
                seen -> childFault(page, seen));
        return cpu.counters.count(Op.CHILD_STORE, end);
    }

    /** A write fault on {@code seen}; whether that maps a page, for only fork gives the child any. */
    private boolean childFault(Page page, long seen) {
        if (!Pte.isPresent(seen)) {
            return false;
        }
        if (!Pte.isWritable(seen)) {
            page.child.mmapLock.readLock();
            cpu.counters.count(Op.CHILD_WRITE_FAULT, page.childFault.handle(page.childEntry, seen, false));
            page.child.mmapLock.readUnlock();
        }
        return true;
    }

    private Zap.End discard(Page page) {
        page.parent.mmapLock.readLock();
        touchMapped(page.entry);
        page.shared.discards().begin();
        Zap.End end = parentZap.zap(page.entry);
        page.parent.mmapLock.readUnlock();
        page.shared.discards().end();
        dropFromSwapCache(page);
        return cpu.counters.count(Op.DISCARD, end);
    }

    private Enum<?> reclaim(Page page) {
        Folio folio = isolate(page);
        if (folio == null) {
            return Isolate.MOVED;
        }
        Claim claim = cpu.counters.count(Op.CLAIM_SLOT, claimSlot(page));
        Enum<?> end = claim;
        if (claim == Claim.CLAIMED) {
            end = shrink(page, folio);
            page.shared.reclaimer().unlock();
        }
        world.putBack(folio);
        if (end != Reclaim.End.RECLAIMED) {
            folio.put();
        }
        return end;
    }

    private Reclaim.End shrink(Page page, Folio folio) {
        Reclaim.End end = page.reclaim.shrink(folio, page.entry);
        if (end == Reclaim.End.RECLAIMED) {
            Invariants.checkReclaimed(
                    cpu.evaluations, page.number, folio, page.shared.swap().disk.readOnce());
        }
        return cpu.counters.count(Op.RECLAIM, end);
    }

    /** {@code folio_alloc_swap}: the slot is free, and nobody has read what it held before. */
    private Claim claimSlot(Page page) {
        if (!page.shared.reclaimer().tryLock()) {
            return Claim.RECLAIMED_BY_OTHERS;
        }
        world.machine.smpMb(); // pairs with the full order of the count: an access that we miss sees our entries
        Claim claim = Claim.CLAIMED;
        if (page.shared.swapIns().readOnce() != 0) {
            claim = Claim.SWAPPING_IN;
        } else if (!dropFromSwapCache(page)) {
            claim = Claim.SLOT_IN_USE;
        }
        if (claim != Claim.CLAIMED) {
            page.shared.reclaimer().unlock();
        }
        return claim;
    }

    /** {@code free_swap_cache}: whether the slot is free. */
    private boolean dropFromSwapCache(Page page) {
        Word cache = page.shared.swap().cache;
        long cached = cache.readOnce();
        if (cached != 0) {
            Folio folio = world.memMap.stableFolioOf((int) cached);
            if (!folio.tryGet()) {
                return false;
            }
            if (folio.lock.tryLock()) {
                if (cache.readOnce() == cached) {
                    page.shared.swap().tryFree(folio);
                }
                folio.lock.unlock();
            }
            folio.put();
        }
        return cache.readOnce() == 0 && page.shared.swap().count.readOnce() == 0;
    }

    private Enum<?> migrate(Page page) {
        Folio folio = isolate(page);
        if (folio == null) {
            return Isolate.MOVED;
        }
        Enum<?> end;
        if (folio.test(Folio.SWAPCACHE)) { // only who has isolated it could add it
            end = cpu.counters.count(Op.MIGRATE_FINISH, Migrate.IN_SWAP_CACHE);
        } else if (!folio.lock.tryLock()) {
            end = cpu.counters.count(Op.MIGRATE_FINISH, Migrate.LOCKED);
        } else {
            end = migrateLocked(page, folio);
            folio.lock.unlock();
        }
        world.putBack(folio);
        if (end != Migrate.MOVED) {
            folio.put();
        }
        return end;
    }

    private Enum<?> migrateLocked(Page page, Folio folio) {
        TryToMigrate.End end = cpu.counters.count(Op.MIGRATE, page.migrate.unmap(folio, page.entry));
        return end == TryToMigrate.End.UNMAPPED ? finishMigration(page, folio) : end;
    }

    /** {@code folio_migrate_mapping} and {@code remove_migration_pte}; the isolation's reference is gone if the page moved. */
    private Migrate finishMigration(Page page, Folio from) {
        Folio to = from;
        boolean frozen = from.freeze(ISOLATION);
        if (frozen) {
            to = cpu.take();
            to.allocateAnon(from.data.readOnce(), false);
        } else {
            from.refcount.add(1);
        }
        to.mapcount.add(1);
        page.entry.lock.lock();
        long pte = page.entry.word.readOnce();
        if (Pte.has(pte, Pte.WRITE | Pte.EXCLUSIVE)) {
            to.flags.or(Folio.ANON_EXCLUSIVE);
        }
        boolean writable = Pte.has(pte, Pte.WRITE);
        page.entry.word.writeOnce(Pte.present(to.pfn, Pte.ACCESSED | (writable ? Pte.WRITE | Pte.DIRTY : 0)));
        page.entry.lock.unlock();
        return cpu.counters.count(Op.MIGRATE_FINISH, frozen ? Migrate.MOVED : Migrate.PUT_BACK);
    }

    private Enum<?> merge(Page page, int bits) {
        page.parent.mmapLock.readLock();
        Enum<?> end = Isolate.MOVED;
        Folio folio = reference(page);
        if (folio != null) {
            Folio ksmPage = world.ksmPages.get(candidate(folio.data.readOnce(), bits));
            end = cpu.counters.count(Op.KSM, page.ksm.merge(folio, page.entry, ksmPage));
            folio.put();
        }
        page.parent.mmapLock.readUnlock();
        return end;
    }

    /** The page of KSM with that content, as a search in its tree finds it, or any if there is none. */
    private static int candidate(long content, int bits) {
        return content >= 0 && content < Shape.KSM_PAGES ? (int) content : bits % Shape.KSM_PAGES;
    }

    /** For the log: what the entry maps just now. */
    private void touchMapped(Entry entry) {
        long seen = entry.word.readOnce();
        if (Pte.isPresent(seen)) {
            cpu.touch(world.memMap.stableFolioOf(Pte.pfn(seen)));
        }
    }

    /** The folio of the page, with a reference and isolated; null if that fails. */
    private @Nullable Folio isolate(Page page) {
        Folio folio = reference(page);
        if (folio == null) {
            return null;
        }
        if (!world.tryIsolate(folio)) {
            folio.put();
            cpu.counters.count(Op.ISOLATE, Isolate.ISOLATED_BY_OTHERS);
            return null;
        }
        return folio;
    }

    /** The folio of the page with a reference, as somebody gets it who comes from memory and not from the entry. */
    private @Nullable Folio reference(Page page) {
        long seen = page.entry.word.readOnce();
        if (!Pte.isPresent(seen)) {
            cpu.counters.count(Op.ISOLATE, Isolate.NOT_PRESENT);
            return null;
        }
        Folio folio = world.memMap.stableFolioOf(Pte.pfn(seen));
        if (world.ksmPages.contains(folio)) {
            cpu.counters.count(Op.ISOLATE, Isolate.KSM);
            return null;
        }
        if (!folio.tryGet()) {
            cpu.counters.count(Op.ISOLATE, Isolate.FROZEN);
            return null;
        }
        long now = page.entry.word.readOnce();
        if (!Pte.isPresent(now) || Pte.pfn(now) != folio.pfn) {
            folio.put();
            cpu.counters.count(Op.ISOLATE, Isolate.MOVED);
            return null;
        }
        cpu.touch(folio);
        cpu.counters.count(Op.ISOLATE, Isolate.ISOLATED);
        return folio;
    }
}
