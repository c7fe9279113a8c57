// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import pagerace.race.Catalogue;
import pagerace.report.Journal;
import pagerace.report.Json;
import pagerace.report.Merge;
import pagerace.report.Mismatch;
import pagerace.report.NotWhole;
import pagerace.report.PointFacts;
import pagerace.report.Regrading;
import pagerace.report.Report;

/** Reads what runs leave: measurements, and reports. */
final class RunFiles {
    private static final Outputs USUAL = new Outputs(Outputs.USUAL);
    private static final Set<String> OF_REPORTS = Set.of("races", "points", "hosts");

    private RunFiles() {}

    /** Whether the first thing that stands in {@code file} is a report, by its fields. */
    static boolean isReport(Path file) {
        try (JsonParser json = atField(file, OF_REPORTS)) {
            return json.currentToken() == JsonToken.FIELD_NAME;
        } catch (IOException e) {
            return false; // the one that reads it as something else says what is wrong
        }
    }

    /** The version that the report in {@code file} says it has; below zero if it says none. Other versions lack other fields. */
    private static int version(Path file) {
        try (JsonParser json = atField(file, Set.of("schema"))) {
            return json.currentToken() == JsonToken.FIELD_NAME ? json.nextIntValue(-1) : -1;
        } catch (IOException e) {
            return -1; // the caller says that it is no report
        }
    }

    /** Reads {@code file} up to the first field of its first object that has one of {@code names}, or else up to its end. */
    private static JsonParser atField(Path file, Set<String> names) throws IOException {
        JsonParser json = new JsonFactory().createParser(file.toFile());
        if (json.nextToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME && !names.contains(json.currentName())) {
                json.nextToken();
                json.skipChildren();
            }
        }
        return json;
    }

    /**
     * The report in {@code file}.
     *
     * @throws BadInput if there is none
     */
    static Report report(Path file) {
        try {
            return Json.read(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw missing(file, USUAL.file(Format.JSON));
        } catch (IOException e) {
            int version = version(file);
            if (isReport(file) && version >= 0 && version != Report.SCHEMA) {
                throw new BadInput("The file " + file + " is a report of version " + version
                        + ", and this PageRace reads version " + Report.SCHEMA
                        + "; measure again, or use the version that wrote it.");
            }
            throw new BadInput("The file " + file + " is not a whole report of version " + Report.SCHEMA + why("it", e)
                    + "; stress and report write one, report.json.");
        }
    }

    /**
     * The report in {@code file}, graded again if this catalogue can.
     *
     * @throws BadInput if there is none
     * @throws Mismatch if it contradicts itself
     */
    static Report graded(Path file) {
        Report report = report(file);
        if (Regrading.isPossible(Catalogue.RACES, report)) {
            Regrading.check(Catalogue.RACES, new Merge.Source(file.toString(), report));
            takenAway(report).ifPresent(point -> {
                throw new BadInput("The file " + file + " lacks the point " + point + ", which its run was asked for;"
                        + " grade the measured.jsonl of the run.");
            });
        }
        return report;
    }

    /** The first point that a run of the report was asked for and that does not stand in it. */
    private static Optional<String> takenAway(Report report) {
        Selection selection = new Selection(Catalogue.RACES);
        Set<String> there = report.points().stream().map(PointFacts::key).collect(Collectors.toSet());
        return report.hosts().stream()
                .flatMap(host -> host.runs().stream())
                .flatMap(run ->
                        ShardPlan.of(selection, run.filter(), null, run.host().memoryModel(), Integer.MAX_VALUE)
                                .asked()
                                .stream())
                .filter(point -> !there.contains(point))
                .findFirst();
    }

    /**
     * The measurements in {@code file}.
     *
     * @throws BadInput if there are none
     */
    static Journal.Contents measurements(Path file) {
        try {
            return Journal.read(file);
        } catch (NoSuchFileException e) {
            throw missing(file, USUAL.journal());
        } catch (IOException e) {
            throw new BadInput("The file " + file + " cannot be read as measurements, nor as a report"
                    + why("its first line", e) + "; a run writes both to " + USUAL.directory() + ".");
        }
    }

    /** The reason, if it can be told in a sentence whose subject is {@code what}. */
    private static String why(String what, IOException e) {
        return e instanceof NotWhole ? ": " + what + " " + e.getMessage() : "";
    }

    private static BadInput missing(Path file, Path usual) {
        return new BadInput("There is no file " + file + "; ./pagerace stress writes " + usual
                + ", and mvn verify writes " + Path.of("stress-tests").resolve(usual) + ".");
    }
}
