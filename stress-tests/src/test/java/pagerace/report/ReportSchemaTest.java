// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.explore.Necessity;
import pagerace.explore.Prediction;
import pagerace.explore.Transcript;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.TestRace;
import pagerace.verdict.Tier;

/** The published schema: what we write satisfies it, what we would not write does not, and no record drifts away from it. */
public class ReportSchemaTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the schema has against a text; empty if nothing. */
    public static Set<String> complaints(String report) throws IOException {
        return complaints(JSON.readTree(report));
    }

    private static Set<String> complaints(JsonNode report) {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Json.schema(), InputFormat.JSON);
        return schema
                .validate(report, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theGoldenReportsAreValid() throws IOException {
        assertThat(complaints(Json.of(ReportFormatsTest.report()))).isEmpty();
        assertThat(complaints(Json.of(ReportFormatsTest.twoHosts()))).isEmpty();
    }

    @Test
    void anExplorationOfRealPointsIsValid() throws IOException {
        Race race = Catalogue.race("UnpinDirtyVsClean").orElseThrow();
        Map<String, PredictionSummary> predictions =
                race.points().stream().collect(Collectors.toMap(Point::key, point -> explored(race, point)));
        Point point = race.points().get(0);
        String report = Json.of(Report.of(
                List.of(race),
                TestRace.keys(List.of(race)),
                predictions,
                Map.of(race.name(), Necessity.of(race).rows()),
                List.of(new Session(
                        List.of(ReportFormatsTest.run(Host.current())),
                        List.of(point.key()),
                        List.of(new Measurement(
                                ReportFormatsTest.run(Host.current()).id(),
                                1,
                                point.key(),
                                Tier.C1,
                                4,
                                7,
                                7,
                                0.9,
                                Map.of("?", 3L),
                                Map.of(),
                                TestRace.GOOD,
                                "it crashed")),
                        null))));
        assertThat(complaints(report)).isEmpty();
        assertThat(report).contains("\"relaxation\"", "\"tells\" : \"STEP\"");
    }

    private static PredictionSummary explored(Race race, Point point) {
        return PredictionSummary.of(Prediction.of(point), schedule -> Transcript.of(schedule, race.actors()));
    }

    /** Each line: a JSON pointer, and what to put there; nothing takes the field away. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/schema | 3",
                "/catalogue | \"nonsense\"",
                "/points/0/key |",
                "/points/0/predicted/models/SC |7",
                "/points/0/predicted/models/SC/states | -1",
                "/points/0/predicted/schedules/WRONG/transcript/lines/0/site/line | \"17\"",
                "/hosts/0/results/0/verdict | \"PROBABLY\"",
                "/hosts/0/results/0/samples | \"150,000\"",
                "/hosts/0/results/0/outcomes/WRONG/C3 | 1",
                "/hosts/0/results/0/extra | 1",
                "/hosts/0/runs/0/shard | 3",
                "/hosts/0/runs/0/shard | \"0/3\"",
                "/hosts/0/runs/0/started | \"yesterday\"",
                "/hosts/0/runs/0/label |",
                "/hosts/0/runs | []",
                "/hosts/0/measurements/0/cpuShare | 1.5",
                "/hosts/0/measurements/0/probe/slots | -1",
                "/hosts/0/verdict | \"HOLDS\"",
                "/hosts/0/canaries/0/cause | \"BAD_LUCK\"",
                "/races/0/necessity/0/verdict | \"HOLDS\"",
            })
    void whatWeWouldNotWriteIsRefused(String pointer, @Nullable String value) throws IOException {
        ObjectNode report = (ObjectNode) JSON.readTree(Json.of(ReportFormatsTest.report()));
        int slash = pointer.lastIndexOf('/');
        ObjectNode parent = (ObjectNode) report.at(pointer.substring(0, slash));
        String field = pointer.substring(slash + 1);
        if (value == null) {
            assertThat(parent.remove(field)).isNotNull();
        } else {
            parent.set(field, JSON.readTree(value));
        }
        assertThat(complaints(report)).isNotEmpty();
    }

    @Test
    void everyRecordAndItsDefinitionAgree() throws IOException {
        JsonNode schema = JSON.readTree(Json.schema());
        Map<String, JsonNode> expected = new TreeMap<>();
        expect(JSON.constructType(Report.class), expected);
        Map<String, JsonNode> found = new TreeMap<>();
        schema.get("$defs").properties().forEach(each -> found.put(each.getKey(), bare(each.getValue())));
        found.put("Report", bare(schema));
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void everythingIsDescribed() throws IOException {
        JsonNode schema = JSON.readTree(Json.schema());
        for (JsonNode definition : schema.get("$defs")) {
            assertThat(definition.path("description").asText())
                    .as("%s", definition)
                    .isNotEmpty();
            for (JsonNode property : definition.path("properties")) {
                assertThat(property.path("description").asText("")
                                + property.path("$ref").asText(""))
                        .isNotEmpty();
            }
        }
    }

    /** What of a definition follows from the types: names, and for each the type or the reference. */
    private static JsonNode bare(JsonNode definition) {
        ObjectNode bare = JSON.createObjectNode();
        if (definition.has("enum")) {
            return bare.set("enum", definition.get("enum"));
        }
        assertThat(definition.get("additionalProperties").asBoolean(true)).isFalse();
        Set<String> required = new TreeSet<>();
        definition.get("required").forEach(name -> required.add(name.asText()));
        definition
                .get("properties")
                .properties()
                .forEach(each -> bare.set(
                        each.getKey(),
                        JSON.createArrayNode().add(kind(each.getValue())).add(required.contains(each.getKey()))));
        return bare;
    }

    private static JsonNode kind(JsonNode property) {
        ObjectNode kind = JSON.createObjectNode();
        if (property.has("oneOf")) {
            return kind.put("ref", property.at("/oneOf/0/$ref").asText()).put("null", true);
        }
        if (property.has("$ref")) {
            return kind.put("ref", property.get("$ref").asText());
        }
        if (property.has("const")) {
            return kind.put("type", "integer");
        }
        JsonNode type = property.get("type");
        kind.put("type", type.isArray() ? type.get(0).asText() : type.asText());
        if (type.isArray()) {
            kind.put("null", true);
        }
        if (property.has("items")) {
            kind.set("of", kind(property.get("items")));
        } else if (property.has("additionalProperties")) {
            kind.set("of", kind(property.get("additionalProperties")));
            if (property.has("propertyNames")) {
                kind.set("by", kind(property.get("propertyNames")));
            }
        }
        return kind;
    }

    /** The definitions that the type asks for. */
    private static void expect(JavaType type, Map<String, JsonNode> definitions) {
        if (type.isContainerType()) {
            if (type.isMapLikeType()) {
                expect(type.getKeyType(), definitions);
            }
            expect(type.getContentType(), definitions);
        } else if (type.isEnumType() && !definitions.containsKey(name(type))) {
            ArrayNode constants = JSON.createArrayNode();
            Arrays.stream(type.getRawClass().getEnumConstants())
                    .forEach(constant -> constants.add(((Enum<?>) constant).name()));
            definitions.put(name(type), JSON.createObjectNode().set("enum", constants));
        } else if (type.isRecordType() && !definitions.containsKey(name(type))) {
            ObjectNode definition = JSON.createObjectNode();
            definitions.put(name(type), definition);
            boolean blanksAreLeftOut = type.getRawClass() == Transcript.Line.class;
            BeanDescription bean = JSON.getSerializationConfig().introspect(type);
            for (BeanPropertyDefinition property : bean.findProperties()) {
                JavaType its = property.getPrimaryType();
                boolean nullable = property.getGetter() != null
                        && property.getGetter()
                                .getAnnotated()
                                .getAnnotatedReturnType()
                                .isAnnotationPresent(Nullable.class);
                definition.set(
                        property.getName(),
                        JSON.createArrayNode()
                                .add(kind(its, nullable && !blanksAreLeftOut))
                                .add(!(nullable && blanksAreLeftOut)));
                expect(its, definitions);
            }
        }
    }

    private static ObjectNode kind(JavaType type, boolean nullable) {
        ObjectNode kind = JSON.createObjectNode();
        if (type.isEnumType() || type.isRecordType()) {
            kind.put("ref", "#/$defs/" + name(type));
        } else if (type.isMapLikeType()) {
            kind.put("type", "object").set("of", kind(type.getContentType(), false));
            if (type.getKeyType().isEnumType()) {
                kind.set("by", kind(type.getKeyType(), false));
            }
        } else if (type.isContainerType()) {
            kind.put("type", "array").set("of", kind(type.getContentType(), false));
        } else {
            kind.put("type", scalar(type.getRawClass()));
        }
        return nullable ? kind.put("null", true) : kind;
    }

    private static String scalar(Class<?> type) {
        return type == String.class
                ? "string"
                : type == boolean.class ? "boolean" : type == double.class ? "number" : "integer";
    }

    private static String name(JavaType type) {
        Class<?> raw = type.getRawClass();
        return raw.getEnclosingClass() == Necessity.class ? "Necessity" + raw.getSimpleName() : raw.getSimpleName();
    }
}
