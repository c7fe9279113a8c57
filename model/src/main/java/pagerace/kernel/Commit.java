// SPDX-License-Identifier: Apache-2.0
package pagerace.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A commit of the kernel that begins or ends a range of the catalogue. The table of all of them is {@code commits.tsv} beside
 * this class; a test holds the catalogue's ranges against it.
 *
 * @param id the first twelve digits of its hash
 * @param first the first release that has it: of mainline, or the one update that has it
 * @param known how that is known
 * @param what what it does, in a sentence without a full stop
 * @param cve the CVE that it is about, and in which role; or a dash
 * @param stable the stable updates known to carry it; or a dash. Most fixes are in more
 * @param mends what it fixed: variants of the catalogue whose forbidden outcome is out of reach since then
 * @param mendsInPart the same where it only got harder to reach, or stayed reachable in some places
 */
public record Commit(
        String id,
        Release first,
        Known known,
        String what,
        String cve,
        String stable,
        Set<String> mends,
        Set<String> mendsInPart) {
    /** How it is known which release has a commit. */
    public enum Known {
        /** The sources of a release that lacks it and of one that has it were read, or the announcement of one that has it. */
        READ,
        /** Its date and the releases' dates say so. */
        BY_DATE,
        /** Nobody has checked: the id or the release may be wrong. */
        UNCONFIRMED
    }

    /** In the table, before the name of a variant that a commit fixes only in part. */
    private static final String IN_PART = "~";

    private static final Map<String, Commit> TABLE = read();

    /** All, by the release that has them first, the oldest in front. */
    public static Collection<Commit> all() {
        return TABLE.values();
    }

    /** The commit whose id is {@code id}. */
    public static Optional<Commit> of(String id) {
        return Optional.ofNullable(TABLE.get(id));
    }

    private static Map<String, Commit> read() {
        Map<String, Commit> table = new LinkedHashMap<>();
        try (InputStream stream = Objects.requireNonNull(Commit.class.getResourceAsStream("commits.tsv"));
                BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            reader.lines().skip(1).map(Commit::parse).forEach(commit -> {
                if (table.put(commit.id, commit) != null) {
                    throw new IllegalStateException("commits.tsv has " + commit.id + " twice");
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Collections.unmodifiableMap(table);
    }

    private static Commit parse(String line) {
        String[] cells = line.split("\t", -1);
        if (cells.length != 7) {
            throw new IllegalStateException("commits.tsv has a line of " + cells.length + " cells: " + line);
        }
        Release first = Release.parse(cells[1])
                .orElseThrow(() -> new IllegalStateException("commits.tsv names no release: " + line));
        Set<String> mends = new LinkedHashSet<>(cells[6].equals("-") ? List.of() : List.of(cells[6].split(", ", -1)));
        Set<String> inPart = mends.stream()
                .filter(variant -> variant.startsWith(IN_PART))
                .map(variant -> variant.substring(IN_PART.length()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        mends.removeIf(variant -> variant.startsWith(IN_PART));
        return new Commit(
                cells[0],
                first,
                Known.valueOf(cells[2]),
                cells[3],
                cells[4],
                cells[5],
                Collections.unmodifiableSet(mends),
                Collections.unmodifiableSet(inPart));
    }
}
