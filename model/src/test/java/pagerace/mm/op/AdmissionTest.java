// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pagerace.mm.op.GupFast.FOLL_LONGTERM;
import static pagerace.mm.op.GupFast.FOLL_PIN;
import static pagerace.mm.op.GupFast.FOLL_WRITE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.mm.Folio;
import pagerace.mm.Vma;
import pagerace.mm.Vma.Backing;
import pagerace.mm.op.Admission.Answer;
import pagerace.mm.op.Admission.Kind;

/**
 * The truth tables. A cell has six answers: GET, PIN and PIN|LONGTERM for reading, then the same for writing. In them,
 * {@code +} admits; of the slow path {@code F} is EFAULT and {@code D} (DAX) is EOPNOTSUPP; of the fast path {@code s} leaves
 * it to the slow path.
 */
class AdmissionTest {
    /** Columns: what posting or kernel; {@code /a} with FOLL_ALLOW_BROKEN, {@code /r} with FOLL_REFUSE_BROKEN. */
    private static final String SLOW = """
            mapping           | NONE    | SERIES_V1 | SERIES_V1/a | OPT_IN  | OPT_IN/r | SERIES_V3 | SERIES_V4 | SERIES_V7 | V6_5
            private anon      | +++ +++ | +++ +++   | +++ +++     | +++ +++ | +++ +++  | +++ +++   | +++ +++   | +++ +++   | +++ +++
            shared shmem      | +++ +++ | +++ +++   | +++ +++     | +++ +++ | +++ +++  | +++ +++   | +++ ++F   | +++ +++   | +++ +++
            private shmem     | +++ +++ | +++ +++   | +++ +++     | +++ +++ | +++ +++  | +++ +++   | +++ ++F   | +++ +++   | +++ +++
            shared hugetlb    | +++ +++ | +++ +++   | +++ +++     | +++ +++ | +++ +++  | +++ +++   | +++ ++F   | +++ +++   | +++ +++
            private hugetlb   | +++ +++ | +++ +++   | +++ +++     | +++ +++ | +++ +++  | +++ +++   | +++ ++F   | +++ +++   | +++ +++
            shared file       | +++ +++ | +++ FFF   | +++ +++     | +++ +++ | +++ FFF  | +++ ++F   | +++ +++   | +++ +FF   | +++ ++F
            private file      | +++ +++ | +++ FFF   | +++ +++     | +++ +++ | +++ FFF  | +++ ++F   | +++ +++   | +++ +FF   | +++ +++
            shared fsdax      | ++D ++D | ++D FFD   | ++D ++D     | ++D ++D | ++D FFD  | ++D ++D   | ++D ++D   | ++D +FD   | ++D ++D
            private fsdax     | ++D ++D | ++D FFD   | ++D ++D     | ++D ++D | ++D FFD  | ++D ++D   | ++D ++D   | ++D +FD   | ++D ++D
            shared secretmem  | FFF FFF | FFF FFF   | FFF FFF     | FFF FFF | FFF FFF  | FFF FFF   | FFF FFF   | FFF FFF   | FFF FFF
            """;

    private static final String FAST = """
            folio              | NONE    | SERIES_V6 | SERIES_V7 | SERIES_V8 | V6_5    | V6_10   | TIP     | TRUNCATED_PASSES
            no_mapping         | +++ +++ | +++ ++s   | +++ +++   | +++ ++s   | +++ ++s | sss sss | +++ ++s | +++ +++
            anon               | +++ +++ | +++ +++   | +++ +++   | +++ +++   | +++ +++ | +++ +++ | +++ +++ | +++ +++
            anon_in_swap_cache | +++ +++ | +++ +++   | +++ ++s   | +++ ++s   | +++ +++ | +++ +++ | +++ +++ | +++ +++
            ksm                | +++ +++ | +++ +++   | +++ +++   | +++ ++s   | +++ +++ | +++ +++ | +++ +++ | +++ +++
            shmem              | +++ +++ | +++ +++   | +++ +++   | +++ +++   | +++ +++ | +++ +++ | +++ +++ | +++ +++
            hugetlb            | +++ +++ | +++ +++   | +++ +++   | +++ +++   | +++ +++ | +++ +++ | +++ +++ | +++ +++
            file               | +++ +++ | +++ ++s   | +++ ++s   | +++ ++s   | +++ ++s | +++ ++s | +++ ++s | +++ ++s
            fsdax              | ++s ++s | ++s ++s   | ++s ++s   | ++s ++s   | ++s ++s | ++s ++s | ++s ++s | ++s ++s
            secretmem          | sss sss | sss sss   | sss sss   | sss sss   | sss sss | sss sss | sss sss | sss sss
            """;

    /**
     * Where the fast path admits what the slow path of the same version refuses: of folios that the file owns, and of the
     * copies that a private mapping made. Requests are r or w for access, and g, p or l for GET, PIN and PIN|LONGTERM.
     *
     * <p>Up to the fifth posting the fast path does not look. Where the rule is the wrong way round, what it lets through is
     * what nobody had to refuse; in the seventh it looks at long-term pins only. Of copies, which nobody tracks, it is always
     * the slow path that refuses too much: that of fsdax does to this day.
     */
    private static final String BYPASSED = """
            version          | folios of the file                               | copies
            NONE             | -                                                | private fsdax rl wl
            SERIES_V1        | shared file wg wp wl, shared fsdax wg wp         | private file wg wp wl, private fsdax rl wg wp wl
            SERIES_V2        | shared file wg wp wl, shared fsdax wg wp         | private file wg wp wl, private fsdax rl wg wp wl
            OPT_IN           | -                                                | private fsdax rl wl
            SERIES_V3        | shared file wl                                   | private file wl, private fsdax rl wl
            SERIES_V4        | shared shmem wl, shared hugetlb wl               | private shmem wl, private hugetlb wl, private fsdax rl wl
            SERIES_V5        | shared shmem wl, shared hugetlb wl               | private shmem wl, private hugetlb wl, private fsdax rl wl
            SERIES_V6        | shared shmem wl, shared hugetlb wl               | private shmem wl, private hugetlb wl, private fsdax rl wl
            SERIES_V7        | shared file wp, shared fsdax wp                  | private file wp wl, private fsdax rl wp wl
            SERIES_V8        | -                                                | private fsdax rl wl
            V6_5             | -                                                | private fsdax rl wl
            V6_10            | -                                                | private fsdax rl wl
            TIP              | -                                                | private fsdax rl wl
            TRUNCATED_PASSES | -                                                | private fsdax rl wl
            SERIES_V6_MENDED | shared file wp, shared fsdax wp                  | private file wp wl, private fsdax rl wp wl
            """;

    private static final int LONGTERM = FOLL_PIN | FOLL_LONGTERM;
    private static final int[] REQUESTS = {
        0, FOLL_PIN, LONGTERM, FOLL_WRITE, FOLL_WRITE | FOLL_PIN, FOLL_WRITE | LONGTERM
    };
    private static final List<String> REQUEST_NAMES = List.of("rg", "rp", "rl", "wg", "wp", "wl");

    private static List<List<String>> rows(String table) {
        return table.lines()
                .map(line -> Stream.of(line.split("[|]")).map(String::strip).toList())
                .toList();
    }

    private static List<Vma> mappings() {
        return Arrays.stream(Backing.values())
                .flatMap(backing -> Stream.of(true, false)
                        .filter(shared -> Vma.exists(backing, shared))
                        .map(shared -> new Vma(backing, shared)))
                .toList();
    }

    private static String name(Vma vma) {
        return (vma.shared() ? "shared " : "private ") + vma.backing().name().toLowerCase(Locale.ROOT);
    }

    private static String cell(IntFunction<String> answer) {
        return IntStream.range(0, REQUESTS.length)
                .mapToObj(i -> (i == REQUESTS.length / 2 ? " " : "") + answer.apply(REQUESTS[i]))
                .collect(joining());
    }

    private static String slow(String column, Vma vma) {
        Admission version = Admission.valueOf(column.replaceFirst("/.*", ""));
        int flag = column.endsWith("/a")
                ? Admission.FOLL_ALLOW_BROKEN
                : column.endsWith("/r") ? Admission.FOLL_REFUSE_BROKEN : 0;
        return cell(request -> switch (version.slow(vma, request | flag)) {
            case ADMITTED -> "+";
            case EFAULT -> "F";
            case EOPNOTSUPP -> "D";
        });
    }

    private static String fast(String column, Kind kind) {
        return cell(request -> Admission.valueOf(column).fast(kind, request) ? "+" : "s");
    }

    @Test
    void slowPath() {
        List<List<String>> table = rows(SLOW);
        List<String> versions = table.get(0).subList(1, table.get(0).size());
        List<List<String>> actual = new ArrayList<>(List.of(table.get(0)));
        for (Vma vma : mappings()) {
            List<String> row = new ArrayList<>(List.of(name(vma)));
            versions.forEach(version -> row.add(slow(version, vma)));
            actual.add(row);
        }
        assertThat(actual).containsExactlyInAnyOrderElementsOf(table);
    }

    @Test
    void fastPath() {
        List<List<String>> table = rows(FAST);
        List<String> versions = table.get(0).subList(1, table.get(0).size());
        List<List<String>> actual = new ArrayList<>(List.of(table.get(0)));
        for (Kind kind : Kind.values()) {
            List<String> row = new ArrayList<>(List.of(kind.name().toLowerCase(Locale.ROOT)));
            versions.forEach(version -> row.add(fast(version, kind)));
            actual.add(row);
        }
        assertThat(actual).containsExactlyElementsOf(table);
    }

    /** The versions that have no column of their own. */
    @ParameterizedTest
    @CsvSource({
        "SERIES_V2, SERIES_V1, NONE",
        "SERIES_V1, SERIES_V1, NONE",
        "OPT_IN, OPT_IN, NONE",
        "SERIES_V3, SERIES_V3, NONE",
        "SERIES_V4, SERIES_V4, NONE",
        "SERIES_V5, SERIES_V4, NONE",
        "SERIES_V6, SERIES_V4, SERIES_V6",
        "SERIES_V8, V6_5, SERIES_V8",
        "V6_10, V6_5, V6_10",
        "TIP, V6_5, TIP",
        "TRUNCATED_PASSES, V6_5, TRUNCATED_PASSES",
        "SERIES_V6_MENDED, SERIES_V7, SERIES_V6"
    })
    void twins(String version, String slowTwin, String fastTwin) {
        for (Vma vma : mappings()) {
            for (String flag : List.of("", "/a", "/r")) {
                assertThat(slow(version + flag, vma)).as(name(vma)).isEqualTo(slow(slowTwin + flag, vma));
            }
        }
        for (Kind kind : Kind.values()) {
            assertThat(fast(version, kind)).as(kind.name()).isEqualTo(fast(fastTwin, kind));
        }
    }

    @Test
    void fastPathAdmitsNothingThatTheSlowPathRefusesExceptWhereItIsKnownTo() {
        List<List<String>> actual = new ArrayList<>(List.of(rows(BYPASSED).get(0)));
        for (Admission version : Admission.values()) {
            actual.add(List.of(version.name(), bypassed(version, false), bypassed(version, true)));
        }
        assertThat(actual).containsExactlyElementsOf(rows(BYPASSED));
    }

    private static String bypassed(Admission version, boolean copies) {
        List<String> found = new ArrayList<>();
        for (Vma vma : mappings()) {
            if (copies && (vma.shared() || vma.backing() == Backing.ANON)) {
                continue; // no copies there
            }
            String requests = IntStream.range(0, REQUESTS.length)
                    .filter(i -> copies || isMapped(vma, REQUESTS[i]))
                    .filter(i -> version.fast(copies ? Kind.ANON : ownKind(vma), REQUESTS[i]))
                    .filter(i -> version.slow(vma, REQUESTS[i]) != Answer.ADMITTED)
                    .mapToObj(REQUEST_NAMES::get)
                    .collect(joining(" "));
            if (!requests.isEmpty()) {
                found.add(name(vma) + " " + requests);
            }
        }
        return found.isEmpty() ? "-" : String.join(", ", found);
    }

    /** Whether an entry that permits the access can map a folio that is no copy. */
    private static boolean isMapped(Vma vma, int request) {
        return vma.shared() || vma.backing() == Backing.ANON || (request & FOLL_WRITE) == 0;
    }

    private static Kind ownKind(Vma vma) {
        return Kind.valueOf(vma.backing().name());
    }

    /**
     * What the kernel's selftest {@code gup_longterm} expects of memfds, tmpfs, hugetlbfs and filesystems with dirty tracking:
     * success, except for a shared mapping of the last with write intent. It sees the seventh posting refuse private mappings.
     */
    @Test
    void theSelftestOfLongtermPinsPassesWhereTheRuleIsRight() {
        assertThat(Admission.values())
                .filteredOn(AdmissionTest::passesSelftest)
                .containsExactly(
                        Admission.SERIES_V8,
                        Admission.V6_5,
                        Admission.V6_10,
                        Admission.TIP,
                        Admission.TRUNCATED_PASSES); // which no test of one thread can tell from 6.5
    }

    private static boolean passesSelftest(Admission version) {
        for (Vma vma : mappings()) {
            boolean covered =
                    vma.backing() == Backing.SHMEM || vma.backing() == Backing.HUGETLB || vma.backing() == Backing.FILE;
            for (int request : new int[] {LONGTERM, LONGTERM | FOLL_WRITE}) {
                boolean write = (request & FOLL_WRITE) != 0;
                boolean expected = !(vma.shared() && write && vma.backing() == Backing.FILE);
                boolean slow = version.slow(vma, request) == Answer.ADMITTED;
                boolean fast = version.fast(isMapped(vma, request) ? ownKind(vma) : Kind.ANON, request) || slow;
                if (covered && (slow != expected || fast != expected)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Test
    void looksAtFoliosOnlyWhereItMust() {
        for (Admission version : Admission.values()) {
            boolean looks = version.compareTo(Admission.SERIES_V6) >= 0;
            boolean always = version == Admission.V6_10 || version == Admission.TIP;
            for (int request : REQUESTS) {
                boolean longtermWrite = request == (LONGTERM | FOLL_WRITE);
                assertThat(version.looksAtMapping(request, false))
                        .as("%s %d", version, request)
                        .isEqualTo(always || (looks && longtermWrite));
                assertThat(version.looksAtMapping(request, true))
                        .as("%s %d, large: no secret memory", version, request)
                        .isEqualTo(looks && longtermWrite);
            }
        }
    }

    @Test
    void tellsFoliosByTheirMapping() {
        assertThat(Kind.of(Folio.NO_MAPPING)).isEqualTo(Kind.NO_MAPPING);
        assertThat(Kind.of(Folio.ANON)).isEqualTo(Kind.ANON);
        assertThat(Kind.of(Folio.SHMEM)).isEqualTo(Kind.SHMEM);
        assertThat(Kind.of(Folio.FILE)).isEqualTo(Kind.FILE);
    }

    @Test
    void mappingsThatNobodyCanMake() {
        assertThat(mappings()).hasSize(10);
        assertThatThrownBy(() -> new Vma(Backing.ANON, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shared ANON cannot be mapped");
        assertThatThrownBy(() -> new Vma(Backing.SECRETMEM, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("private SECRETMEM cannot be mapped");
    }
}
