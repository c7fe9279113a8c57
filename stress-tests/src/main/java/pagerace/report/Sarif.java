// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Site;
import pagerace.explore.Transcript;
import pagerace.explore.Transcript.Line;
import pagerace.explore.Transcript.Tells;
import pagerace.report.Report.Row;
import pagerace.verdict.PredictionSummary.Told;
import pagerace.verdict.Verdict;

/**
 * The report as SARIF 2.1.0, for tools that show findings beside the source: a rule for each race; a result for each point that
 * is BROKEN or UNPREDICTED on some hosts, with the simplest schedule as a code flow of one thread flow per actor, in which the
 * order of execution is the position in the schedule.
 */
public final class Sarif {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String ROOT = "SOURCE_ROOT";
    private static final String MODEL_SOURCES = "MODEL_SOURCES";
    private static final String OURS = "pagerace/";

    private Sarif() {}

    /** The text of {@code report.sarif}. */
    public static String of(Report report) {
        ObjectNode log = NODES.objectNode();
        log.put("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json");
        log.put("version", "2.1.0");
        log.putArray("runs").add(run(report));
        return Json.text(log);
    }

    private static ObjectNode run(Report report) {
        ObjectNode run = NODES.objectNode();
        ObjectNode driver = run.putObject("tool").putObject("driver");
        driver.put("name", "PageRace");
        driver.put("version", report.hosts().get(0).runs().get(0).version());
        ArrayNode rules = driver.putArray("rules");
        report.races().forEach(race -> rules.add(rule(race)));
        ArrayNode invocations = run.putArray("invocations");
        report.hosts().forEach(host -> host.runs().forEach(each -> invocations.add(invocation(host, each))));
        ObjectNode bases = run.putObject("originalUriBaseIds");
        bases.putObject(ROOT).set("description", message("The root of PageRace's sources"));
        bases.putObject(MODEL_SOURCES).put("uri", "model/src/main/java/").put("uriBaseId", ROOT);
        ArrayNode results = run.putArray("results");
        for (HostReport host : report.hosts()) {
            report.rows(host).stream().filter(Sarif::isFinding).forEach(row -> results.add(result(report, host, row)));
        }
        return run;
    }

    private static boolean isFinding(Row row) {
        return row.result().verdict() == Verdict.BROKEN || row.result().verdict() == Verdict.UNPREDICTED;
    }

    private static ObjectNode rule(RaceFacts race) {
        ObjectNode rule = NODES.objectNode();
        rule.put("id", race.name());
        rule.set("shortDescription", message(race.question()));
        rule.set("fullDescription", message("What must hold: " + race.invariant()));
        rule.set("help", message(race.question() + "\n\nWhat must hold: " + race.invariant() + "\n\n" + race.anchor()));
        rule.putObject("defaultConfiguration").put("level", "error");
        return rule;
    }

    private static ObjectNode invocation(HostReport host, Run run) {
        ObjectNode invocation = NODES.objectNode();
        invocation.put("executionSuccessful", run.complete());
        invocation.put("startTimeUtc", run.started());
        ObjectNode properties = invocation.putObject("properties");
        properties.put("id", run.id());
        properties.put("host", host.host().toString());
        properties.put("verdict", host.verdict().name());
        properties.put("headline", host.headline());
        if (run.label() != null) {
            properties.put("label", run.label());
        }
        return invocation;
    }

    private static ObjectNode result(Report report, HostReport host, Row row) {
        ObjectNode result = NODES.objectNode();
        result.put("ruleId", row.point().race());
        result.put("ruleIndex", report.races().indexOf(report.race(row.point().race())));
        result.put("kind", "fail");
        result.put("level", "error");
        result.set(
                "message",
                message(row.point().key() + " is " + Table.verdict(row.result()) + " on " + host.host() + ": "
                        + Table.counts(row.result())));
        Told told = row.schedule();
        ObjectNode location = told == null ? NODES.objectNode() : location(lastStep(told.transcript()));
        location.putArray("logicalLocations")
                .addObject()
                .put("name", row.name())
                .put("fullyQualifiedName", row.point().key());
        result.putArray("locations").add(location);
        result.putObject("partialFingerprints")
                .put(
                        "pointOnHost/v1",
                        row.point().key() + " " + host.host().os() + " "
                                + host.host().arch());
        if (told != null) {
            result.putArray("codeFlows").add(codeFlow(told));
        }
        return result;
    }

    /** Where the schedule has done what it takes: its last step. */
    private static @Nullable Site lastStep(Transcript transcript) {
        return transcript.lines().stream()
                .filter(line -> line.tells() == Tells.STEP)
                .reduce((earlier, later) -> later)
                .map(Line::site)
                .orElse(null);
    }

    private static ObjectNode codeFlow(Told told) {
        ObjectNode flow = NODES.objectNode();
        flow.set(
                "message",
                message("The simplest schedule to it under " + told.under().inWords()));
        ArrayNode threads = flow.putArray("threadFlows");
        Transcript transcript = told.transcript();
        for (int actor = 0; actor < transcript.actors().size(); actor++) {
            String name = transcript.actors().get(actor);
            ObjectNode thread = threads.addObject().put("id", name);
            thread.set("message", message(name));
            thread.set("locations", steps(transcript.lines(), actor));
        }
        return flow;
    }

    private static ArrayNode steps(List<Line> lines, int actor) {
        ArrayNode steps = NODES.arrayNode();
        IntStream.range(0, lines.size())
                .filter(position -> lines.get(position).actor() == actor)
                .forEach(position -> steps.add(step(lines.get(position), position + 1)));
        return steps;
    }

    private static ObjectNode step(Line line, int position) {
        ObjectNode step = NODES.objectNode();
        ObjectNode location = location(line.site());
        location.set("message", message(said(line)));
        step.set("location", location);
        ArrayNode kinds = step.putArray("kinds");
        kinds(line).forEach(kinds::add);
        if (line.word() != null && line.change() != null) {
            step.putObject("state").set(line.word(), message(line.change()));
        }
        step.put("executionOrder", position);
        step.put("importance", line.relaxation() == null ? "important" : "essential");
        return step;
    }

    /** The words of SARIF for what a line tells. */
    private static List<String> kinds(Line line) {
        return switch (line.tells()) {
            case MEMORY -> List.of("implicit", "memory");
            case WAIT -> List.of("lock");
            case END -> List.of("exit");
            case STEP ->
                line.access() == null
                        ? List.of("memory")
                        : switch (line.access()) {
                            case LOCK -> List.of("acquire", "lock");
                            case UNLOCK -> List.of("release", "lock");
                            case FENCE, READ, WRITE, UPDATE ->
                                List.of("memory", line.access().name().toLowerCase(Locale.ROOT));
                        };
        };
    }

    private static String said(Line line) {
        return line.note() == null || line.note().isEmpty() ? line.text() : line.text() + " (" + line.note() + ")";
    }

    /** The place in the source; of what has none, nothing. A user's own class lies below a root that only the user knows. */
    private static ObjectNode location(@Nullable Site site) {
        ObjectNode location = NODES.objectNode();
        if (site != null && site.line() > 0) {
            ObjectNode physical = location.putObject("physicalLocation");
            ObjectNode artifact = physical.putObject("artifactLocation").put("uri", site.file());
            if (site.file().startsWith(OURS)) {
                artifact.put("uriBaseId", MODEL_SOURCES);
            }
            physical.putObject("region").put("startLine", site.line());
        }
        return location;
    }

    private static ObjectNode message(String text) {
        return NODES.objectNode().put("text", text);
    }
}
