// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.report.Report;
import pagerace.report.ReportFormatsTest;

/** The page against its golden file, and what must be so of every page. */
class HtmlReportTest {
    static List<Report> reports() {
        return List.of(ReportFormatsTest.report(), Pages.explored(), Pages.onTwoHosts());
    }

    /** The page as an XML parser sees it, which does not forgive. */
    private static Document parse(Report report) throws IOException {
        try {
            byte[] text = HtmlReport.of(report).getBytes(StandardCharsets.UTF_8);
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(text));
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(e);
        }
    }

    private static List<Element> elements(Document page, String name) {
        NodeList nodes = page.getElementsByTagName(name);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }

    private static List<String> values(Document page, String attribute) {
        return elements(page, "*").stream()
                .filter(element -> element.hasAttribute(attribute))
                .map(element -> element.getAttribute(attribute))
                .toList();
    }

    @Test
    void golden() throws IOException {
        ReportFormatsTest.assertGolden("report.html", HtmlReport.of(ReportFormatsTest.report()));
    }

    @ParameterizedTest
    @MethodSource("reports")
    void everyLinkLeadsToOnePlace(Report report) throws IOException {
        Document page = parse(report);
        List<String> ids = values(page, "id");
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(values(page, "href").stream().filter(link -> !link.startsWith("https:")))
                .isNotEmpty()
                .allSatisfy(link -> assertThat(ids).contains(link.substring(1)));
    }

    @ParameterizedTest
    @MethodSource("reports")
    void needsNothingButItself(Report report) throws IOException {
        Document page = parse(report);
        // Elsewhere lies only what a reader may open, and each such link is one of the text.
        assertThat(elements(page, "a").stream().map(link -> link.getAttribute("href")))
                .hasSameSizeAs(values(page, "href"))
                .allMatch(link -> link.startsWith("#")
                        || link.matches(
                                "https://(lore\\.kernel|git\\.kernel|www\\.cve)\\.org/.*|https://lwn\\.net/.*"));
        assertThat(values(page, "src")).isEmpty();
        assertThat(elements(page, "link")).isEmpty();
        assertThat(elements(page, "style").get(0).getTextContent()).doesNotContain("url(", "@import");
        assertThat(values(page, "xmlns")).containsOnly("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg");
        assertThat(HtmlReport.of(report).replaceAll("(xmlns|<a href)=\"[^\"]*\"", ""))
                .doesNotContain("http:", "https:");
    }

    @ParameterizedTest
    @MethodSource("reports")
    void canBeReadAloud(Report report) throws IOException {
        Document page = parse(report);
        assertThat(page.getDocumentElement().getAttribute("lang")).isEqualTo("en");
        assertThat(elements(page, "th")).isNotEmpty().allMatch(head -> head.hasAttribute("scope"));
        assertThat(elements(page, "svg")).allSatisfy(picture -> {
            assertThat(picture.getAttribute("role")).isEqualTo("img");
            assertThat(text(picture, "title")).isNotBlank();
            assertThat(text(picture, "desc")).isNotBlank();
        });
        assertThat(elements(page, "h1")).hasSize(1);
    }

    @Test
    void schedulesOfThreeActorsAreTextAndNoPictures() throws IOException {
        Document page = parse(Pages.ofThreeActors());
        assertThat(values(page, "class")).contains("schedule").doesNotContain("sequence");
        assertThat(elements(page, "details"))
                .filteredOn(details -> text(details, "summary").startsWith("As text"))
                .isNotEmpty()
                .allSatisfy(details -> assertThat(details.hasAttribute("open")).isTrue())
                .allSatisfy(details -> assertThat(details.getTextContent())
                        .containsPattern("reclaim +writeback +user of the pin +memory"));
    }

    private static String text(Element picture, String name) {
        return picture.getElementsByTagName(name).item(0).getTextContent();
    }

    /** Rows as long as their table is wide: a cell left out would shift what stands behind it under another head. */
    @ParameterizedTest
    @MethodSource("reports")
    void everyRowIsAsWideAsItsTable(Report report) throws IOException {
        for (Element table : elements(parse(report), "table")) {
            if (table.getElementsByTagName("tbody").item(0).getTextContent().isBlank()) {
                continue;
            }
            List<Integer> widths = new ArrayList<>();
            int[] fromAbove = new int[1000];
            NodeList rows = table.getElementsByTagName("tr");
            for (int row = 0; row < rows.getLength(); row++) {
                int width = fromAbove[row];
                for (var cell = rows.item(row).getFirstChild(); cell != null; cell = cell.getNextSibling()) {
                    if (cell instanceof Element element) {
                        int columns = span(element, "colspan");
                        width += columns;
                        for (int below = 1; below < span(element, "rowspan"); below++) {
                            fromAbove[row + below] += columns;
                        }
                    }
                }
                widths.add(width);
            }
            assertThat(widths).as(table.getTextContent()).containsOnly(widths.get(0));
        }
    }

    private static int span(Element cell, String attribute) {
        return cell.hasAttribute(attribute) ? Integer.parseInt(cell.getAttribute(attribute)) : 1;
    }

    @Test
    void withOneHostNothingLooksPlural() {
        assertThat(HtmlReport.of(Pages.explored()))
                .doesNotContain("Linux amd64 (TSO), JDK")
                .contains("Linux 6.1, amd64");
    }

    @Test
    void hostsAreKeptApart() {
        assertThat(HtmlReport.of(Pages.onTwoHosts()))
                .contains("<th scope=\"colgroup\" colspan=\"4\" class=\"host\">Linux amd64 (TSO), JDK 17.0.1+1</th>")
                .contains("<th scope=\"colgroup\" colspan=\"4\" class=\"host\">Linux aarch64 (WEAK), JDK 17.0.1+1</th>")
                .contains("observed: Linux aarch64 (WEAK), JDK 17.0.1+1");
    }

    @Test
    void whatFailsStandsAtTheTop() {
        String page = HtmlReport.of(ReportFormatsTest.report());
        assertThat(page.substring(0, page.indexOf("<nav")))
                .contains("FAILED: 1 BROKEN, 1 UNPREDICTED, first ")
                .contains("<a href=\"#point-TestRace-RELAXED-small\">TestRace/RELAXED[small]</a>");
        assertThat(HtmlReport.of(Pages.explored())).contains("PASSED: all 5 points are decided; nothing fails.");
    }

    /** The test's variants are of 5.1 to 5.3, so a column begins with 5.1, and the next where they are gone. */
    @Test
    void everyReleaseInWhichSomethingChangesIsAColumn() throws IOException {
        Element table = elements(parse(ReportFormatsTest.report()), "table").stream()
                .filter(each -> each.getAttribute("class").equals("releases"))
                .findFirst()
                .orElseThrow();
        assertThat(cells(table, "thead")).containsExactly("race", "5.4", "5.1", "older");
        assertThat(cells(table, "tbody")).containsExactly("TestRace", "", "SC", "");
    }

    /** A narrow page shows the columns on the left only. */
    @Test
    void theVerdictStandsBesideTheVariant() throws IOException {
        Element table = elements(parse(ReportFormatsTest.report()), "table").stream()
                .filter(each -> each.getAttribute("class").equals("matrix single"))
                .findFirst()
                .orElseThrow();
        assertThat(cells(table, "thead")).startsWith("variant", "verdict", "kernels, commit");
        List<Element> rows = elements(table.getOwnerDocument(), "tr").stream()
                .filter(row -> row.hasAttribute("data-kernels")
                        && !row.getAttribute("class").equals("others"))
                .toList();
        assertThat(rows)
                .isNotEmpty()
                .allSatisfy(row -> assertThat(
                                ((Element) row.getElementsByTagName("td").item(0)).getAttribute("class"))
                        .startsWith("verdict"));
    }

    private static List<String> cells(Element table, String part) {
        NodeList cells = ((Element) table.getElementsByTagName(part).item(0)).getElementsByTagName("*");
        return IntStream.range(0, cells.getLength())
                .mapToObj(cells::item)
                .filter(cell ->
                        cell.getNodeName().equals("th") || cell.getNodeName().equals("td"))
                .map(cell -> cell.getTextContent())
                .toList();
    }

    @Test
    void zeroIsShownWithItsBound() {
        assertThat(HtmlReport.of(ReportFormatsTest.report())).contains("<td class=\"zero\">0 (&lt; 3.0e-06)</td>");
    }

    @Test
    void neverSeenIsBoundedByTheWindowToo() {
        assertThat(HtmlReport.of(ReportFormatsTest.report()))
                .contains("<td class=\"number\">&lt; 7.5e-07 / 7.5e-04</td>");
    }

    @Test
    void eachTierSaysItsSamplesAndWindows() throws IOException {
        Element table = elements(parse(ReportFormatsTest.report()), "table").stream()
                .filter(each -> each.getAttribute("class").equals("outcomes"))
                .filter(each -> each.getTextContent().contains("877"))
                .findFirst()
                .orElseThrow();
        assertThat(cells(table, "tfoot"))
                .containsExactly(
                        "VMs",
                        "",
                        "1",
                        "0",
                        "0",
                        "1",
                        "0", //
                        "samples",
                        "",
                        "150,000",
                        "0",
                        "0",
                        "150,000",
                        "0", //
                        "in the window",
                        "",
                        "877 (5.8e-03)",
                        "0",
                        "0",
                        "877 (5.8e-03)",
                        "0");
    }

    @Test
    void noTwoPointsOfTheCatalogueHaveOneId() {
        assertThat(Catalogue.points().map(Point::key).map(key -> Fragments.id("point", key)))
                .doesNotHaveDuplicates();
    }

    @Test
    void textOfEitherThemeCanBeReadOnEveryGround() throws IOException {
        String css = elements(parse(Pages.explored()), "style").get(0).getTextContent();
        Map<String, String> light = colours(css.substring(0, css.indexOf("@media")));
        Map<String, String> dark = colours(css.substring(css.indexOf("@media"), css.indexOf("* {")));
        assertThat(dark).containsOnlyKeys(light.keySet());
        for (Map<String, String> theme : List.of(light, dark)) {
            List<String> inks = List.of(
                    "text", "quiet", "link", "good", "shown", "latent", "bad", "odd", "open", "buffer", "stale",
                    "write", "read");
            for (String ground : List.of("ground", "raised", "turn")) {
                assertThat(inks)
                        .allSatisfy(ink -> assertThat(contrast(theme, ink, ground))
                                .as("%s on %s", ink, ground)
                                .isGreaterThan(4.5));
            }
            assertThat(contrast(theme, "text", "lock")).isGreaterThan(4.5);
        }
    }

    private static Map<String, String> colours(String css) {
        return Pattern.compile("--(\\w+): #(\\w{6})")
                .matcher(css)
                .results()
                .collect(Collectors.toMap((MatchResult found) -> found.group(1), found -> found.group(2)));
    }

    private static double contrast(Map<String, String> theme, String ink, String ground) {
        double a = luminance(theme.getOrDefault(ink, ""));
        double b = luminance(theme.getOrDefault(ground, ""));
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    /** As WCAG defines it. */
    private static double luminance(String colour) {
        double[] weights = {0.2126, 0.7152, 0.0722};
        return IntStream.range(0, 3)
                .mapToDouble(i -> {
                    double part = Integer.parseInt(colour.substring(2 * i, 2 * i + 2), 16) / 255.0;
                    return weights[i] * (part <= 0.03928 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
                })
                .sum();
    }
}
