// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import pagerace.report.Report.Row;
import pagerace.verdict.Verdict;

/**
 * What fails the build for one and the same reason.
 *
 * @param verdict the verdict
 * @param reason the reason, as it is said of the first
 * @param rows the points that fail so, in the catalogue's order; at least one
 */
public record FailureGroup(Verdict verdict, String reason, List<Row> rows) {
    /** The most groups that a report lists. */
    public static final int MOST = 10;

    /**
     * Whatever fails on {@code host}, the gravest first, in {@link #MOST} groups at most: the last one has all the rest, if there
     * would be more.
     */
    public static List<FailureGroup> of(Report report, HostReport host) {
        Map<String, List<Row>> alike = report.rows(host).stream()
                .filter(row -> row.result().fails())
                .sorted((one, other) ->
                        one.result().verdict().compareTo(other.result().verdict()))
                .collect(Collectors.groupingBy(FailureGroup::kind, LinkedHashMap::new, Collectors.toList()));
        List<FailureGroup> groups = new ArrayList<>();
        alike.values()
                .forEach(rows -> groups.add(new FailureGroup(
                        rows.get(0).result().verdict(), rows.get(0).result().reason(), rows)));
        if (groups.size() <= MOST) {
            return groups;
        }
        List<FailureGroup> few = new ArrayList<>(groups.subList(0, MOST - 1));
        List<Row> rest = groups.subList(MOST - 1, groups.size()).stream()
                .flatMap(group -> group.rows.stream())
                .toList();
        few.add(new FailureGroup(rest.get(0).result().verdict(), "various reasons: " + sums(rest), rest));
        return few;
    }

    /** {@code 3 UNPREDICTED, 17 INCONCLUSIVE}. */
    private static String sums(List<Row> rows) {
        return rows.stream()
                .collect(Collectors.groupingBy(row -> row.result().verdict(), TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(sum -> sum.getValue() + " " + sum.getKey())
                .collect(Collectors.joining(", "));
    }

    /** Two reasons that differ in their numbers only are one. */
    private static String kind(Row row) {
        return row.result().verdict() + row.result().reason().replaceAll("[0-9][0-9,.]*", "0");
    }

    /** {@code BROKEN: UnpinDirtyVsClean/ALWAYS_LOCK and 3 like it (LOST_STORE seen 7 times)}. */
    public String inWords() {
        return verdict + ": " + rows.get(0).point().key()
                + (rows.size() == 1 ? "" : " and " + (rows.size() - 1) + " like it") + " (" + reason + ")";
    }
}
