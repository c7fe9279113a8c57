// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import pagerace.mm.Folio;
import pagerace.mm.Policy;
import pagerace.mm.Vma;

/**
 * Which memory GUP may take for which purpose: the rule of one kernel, which its slow and its fast path both ask.
 *
 * <p>A pin lets its user store to a page behind the filesystem's back: no fault announces the store, so a page that was
 * cleaned becomes dirty unannounced. A long-term pin does so for hours. Lorenzo Stoakes' series of spring 2023 therefore
 * refuses long-term pins for writing on files whose filesystem tracks dirty pages; the constants up to {@link #SERIES_V8} are
 * how it was posted.
 *
 * <p>Pure: an answer depends on nothing but the arguments. The slow path has the mapping and decides; the fast path has a
 * folio only, so its no means "leave it to the slow path". It must not say yes where the slow path refuses.
 */
public enum Admission implements Policy {
    /** Kernels up to 6.4. */
    NONE(Refused.NOTHING, Fast.UNCHECKED),
    /** No write through a file, however short, unless the caller passes {@link #FOLL_ALLOW_BROKEN}. */
    SERIES_V1(Refused.WRITES_UNLESS_FLAGGED, Fast.UNCHECKED),
    /** The same; {@code ptrace} passes the flag, too. */
    SERIES_V2(Refused.WRITES_UNLESS_FLAGGED, Fast.UNCHECKED),
    /** A fallback that was offered, not posted: as before, but only for callers that pass {@link #FOLL_REFUSE_BROKEN}. */
    OPT_IN(Refused.WRITES_IF_FLAGGED, Fast.UNCHECKED),
    /** Long-term pins only, and only where dirty pages are tracked. */
    SERIES_V3(Refused.LONGTERM_TRACKED, Fast.UNCHECKED),
    /** Meant as a refactoring; it returns whether pages are tracked as whether a pin is allowed, so it refuses the others. */
    SERIES_V4(Refused.LONGTERM_UNTRACKED, Fast.UNCHECKED),
    /** The same rule under another name. */
    SERIES_V5(Refused.LONGTERM_UNTRACKED, Fast.UNCHECKED),
    /** The first with a check in the fast path. The slow path's is still the wrong way round. */
    SERIES_V6(Refused.LONGTERM_UNTRACKED, Fast.V6),
    /** The right way round, for pins of any length and for private mappings, too. The fast path lets truncated folios pass. */
    SERIES_V7(Refused.PINS_TRACKED, Fast.V7),
    /** Long-term pins of shared mappings. The fast path insists on a mapping that it knows. */
    SERIES_V8(Refused.LONGTERM_SHARED_TRACKED, Fast.V8),
    /** Kernels 6.5 to 6.9, the ninth and last posting: 8ac268436e6d (slow path), a6e79df92e4a (fast path). */
    V6_5(Refused.LONGTERM_SHARED_TRACKED, Fast.V6_5),
    /** Kernels since 6.10: f002882ca369 looks for secret memory in the same place, so at the folios of every caller. */
    V6_10(Refused.LONGTERM_SHARED_TRACKED, Fast.V6_10),
    /** A development tree of 2026: a truncated folio is no secret memory, so only those who must know more are turned away. */
    TIP(Refused.LONGTERM_SHARED_TRACKED, Fast.TIP),
    /** Never posted: as {@link #V6_5}, but the fast path lets truncated folios pass, as in {@link #SERIES_V7}. */
    TRUNCATED_PASSES(Refused.LONGTERM_SHARED_TRACKED, Fast.TRUNCATED_PASSES),
    /** Never posted: the fast path of {@link #SERIES_V6} with the slow path's rule of {@link #SERIES_V7}. */
    SERIES_V6_MENDED(Refused.PINS_TRACKED, Fast.V6);

    /** The flag of {@link #SERIES_V1} and {@link #SERIES_V2} for callers that may go on writing through files. */
    public static final int FOLL_ALLOW_BROKEN = 1 << 3;
    /** The flag of {@link #OPT_IN} for callers that want to be refused; never named. */
    public static final int FOLL_REFUSE_BROKEN = 1 << 4;

    private static final int LONGTERM_WRITE = GupFast.FOLL_PIN | GupFast.FOLL_LONGTERM | GupFast.FOLL_WRITE;

    /** What the slow path answers. */
    public enum Answer {
        /** Go on. */
        ADMITTED,
        /** Not with these flags. */
        EFAULT,
        /** Not for long: the page is the storage, which truncation would have to wait for. */
        EOPNOTSUPP
    }

    /** What the fast path can tell of a folio. */
    public enum Kind {
        /** {@code folio->mapping} is NULL: truncated, or never in a file. */
        NO_MAPPING,
        /** Anonymous, and nowhere else. */
        ANON,
        /** Anonymous, and in the swap cache, which some ways of asking take for its mapping. */
        ANON_IN_SWAP_CACHE,
        /** Anonymous, and merged with others by {@code ksmd}: another tag in the pointer. */
        KSM,
        /** In the page cache of a shmem file. */
        SHMEM,
        /** A huge page of {@code hugetlbfs}: known by its type, whatever its mapping. */
        HUGETLB,
        /** In the page cache of any other file. */
        FILE,
        /** Storage mapped by {@code fsdax}: known by its entry. */
        FSDAX,
        /** Secret memory. */
        SECRETMEM;

        /** What {@code mapping}, read from {@link Folio#mapping}, says. */
        static Kind of(long mapping) {
            if (mapping == Folio.ANON) {
                return ANON;
            }
            return mapping == Folio.SHMEM ? SHMEM : mapping == Folio.FILE ? FILE : NO_MAPPING;
        }
    }

    /** Of writes to mappings that are not anonymous, those that the slow path refuses. */
    private enum Refused {
        NOTHING,
        WRITES_UNLESS_FLAGGED,
        WRITES_IF_FLAGGED,
        LONGTERM_TRACKED,
        LONGTERM_UNTRACKED,
        PINS_TRACKED,
        LONGTERM_SHARED_TRACKED;

        boolean includes(Vma vma, int flags) {
            boolean longterm = has(flags, GupFast.FOLL_LONGTERM);
            return switch (this) {
                case NOTHING -> false;
                case WRITES_UNLESS_FLAGGED -> isOrdinaryFile(vma) && !has(flags, FOLL_ALLOW_BROKEN);
                case WRITES_IF_FLAGGED -> isOrdinaryFile(vma) && has(flags, FOLL_REFUSE_BROKEN);
                case LONGTERM_TRACKED -> longterm && vma.isTracked();
                case LONGTERM_UNTRACKED -> longterm && !vma.isTracked();
                case PINS_TRACKED -> has(flags, GupFast.FOLL_PIN) && vma.isTracked();
                case LONGTERM_SHARED_TRACKED -> longterm && vma.isTracked() && vma.shared();
            };
        }

        private static boolean isOrdinaryFile(Vma vma) {
            return vma.backing() != Vma.Backing.SHMEM && vma.backing() != Vma.Backing.HUGETLB;
        }
    }

    /** How the fast path looks at folios. */
    private enum Fast {
        UNCHECKED,
        V6,
        V7,
        V8,
        V6_5,
        V6_10,
        TIP,
        TRUNCATED_PASSES;

        boolean looksAtEverybody() {
            return this == V6_10 || this == TIP;
        }

        boolean admitsLongtermWrite(Kind kind) {
            return switch (kind) {
                case NO_MAPPING -> this == V7 || this == TRUNCATED_PASSES;
                case ANON, SHMEM, HUGETLB -> true;
                case ANON_IN_SWAP_CACHE -> this != V7 && this != V8;
                case KSM -> this != V8;
                case FILE, FSDAX, SECRETMEM -> false;
            };
        }
    }

    private final Refused refused;
    private final Fast fast;

    Admission(Refused refused, Fast fast) {
        this.refused = refused;
        this.fast = fast;
    }

    /**
     * The slow path's answer, given under {@code mmap_lock}.
     *
     * @param flags {@link GupFast#FOLL_WRITE} and the other flags of {@link GupFast}, and those of this class
     */
    public Answer slow(Vma vma, int flags) {
        if (has(flags, GupFast.FOLL_LONGTERM) && vma.backing() == Vma.Backing.FSDAX) {
            return Answer.EOPNOTSUPP;
        }
        boolean fileWrite = has(flags, GupFast.FOLL_WRITE) && vma.backing() != Vma.Backing.ANON;
        return vma.backing() == Vma.Backing.SECRETMEM || (fileWrite && refused.includes(vma, flags))
                ? Answer.EFAULT
                : Answer.ADMITTED;
    }

    /**
     * Whether the fast path has to look at {@link Folio#mapping} for such a call. What is left out: before 6.10 it looked for
     * secret memory in every call, in a test of its own that could not refuse anything else.
     *
     * @param large whether the folio is large, and thus no secret memory
     */
    public boolean looksAtMapping(int flags, boolean large) {
        return isLongtermWrite(flags) ? fast != Fast.UNCHECKED : fast.looksAtEverybody() && !large;
    }

    /** Whether the fast path takes a folio of that {@code kind}; otherwise the slow path decides. */
    public boolean fast(Kind kind, int flags) {
        if (kind == Kind.SECRETMEM || (kind == Kind.FSDAX && has(flags, GupFast.FOLL_LONGTERM))) {
            return false;
        }
        if (isLongtermWrite(flags)) {
            return fast == Fast.UNCHECKED || fast.admitsLongtermWrite(kind);
        }
        return kind != Kind.NO_MAPPING || fast != Fast.V6_10;
    }

    private static boolean isLongtermWrite(int flags) {
        return (flags & LONGTERM_WRITE) == LONGTERM_WRITE;
    }

    private static boolean has(int flags, int flag) {
        return (flags & flag) != 0;
    }
}
