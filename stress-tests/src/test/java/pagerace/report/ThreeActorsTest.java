// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import pagerace.explore.Prediction;
import pagerace.explore.Transcript;
import pagerace.price.Course;
import pagerace.price.Price;
import pagerace.price.Price.Ratio;
import pagerace.price.PriceControl;
import pagerace.price.PriceFile;
import pagerace.race.Point;
import pagerace.race.Reachability;
import pagerace.report.html.HtmlReport;
import pagerace.terminal.Terminal;
import pagerace.verdict.Host;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary;
import pagerace.verdict.RingRace;
import pagerace.verdict.RingRace.Fix;
import pagerace.verdict.TestRace;
import pagerace.verdict.Tier;

/** A race of three actors in each format: none of them is lost, and each has a price. */
class ThreeActorsTest {
    private static final RingRace RACE = new RingRace();
    private static final String BASE = RingRace.point(Fix.UNFENCED).key();
    private static final Ratio FENCE = new Ratio(9.8, 9.7, 10.1, 20);

    /** Both variants are broken as the explorer has them, and threads show it: so the one that should hold fails, with a schedule. */
    private static Report report() {
        Host host = new Host("Linux 6.1", "amd64", 4, "17.0.1+1", Reachability.TSO);
        Run run = ReportFormatsTest.run(host).ended(100, true);
        PredictionSummary broken = PredictionSummary.of(
                Prediction.of(RingRace.point(Fix.UNFENCED)), schedule -> Transcript.of(schedule, RACE.actors()));
        Map<String, PredictionSummary> predictions = new LinkedHashMap<>();
        List<Measurement> measurements = new ArrayList<>(TestRace.canaries(run.id()));
        for (Point point : RACE.points()) {
            predictions.put(point.key(), broken);
            measurements.add(new Measurement(
                    run.id(),
                    1,
                    point.key(),
                    Tier.C2,
                    4,
                    1000,
                    1000,
                    1,
                    Map.of("SEEN", 1_000_000L, "UNSEEN", 1000L),
                    Map.of(),
                    TestRace.GOOD,
                    null));
        }
        List<String> plan = RACE.points().stream().map(Point::key).toList();
        return Report.of(
                List.of(RACE),
                TestRace.keys(List.of(RACE)),
                predictions,
                Map.of(),
                List.of(new Session(List.of(run), plan, measurements, prices())));
    }

    private static PriceFile prices() {
        List<Price> prices = new ArrayList<>();
        RACE.actors().forEach(actor -> prices.add(price(BASE, actor, Ratio.ONE, Price.Claim.SAME)));
        String fenced = RingRace.point(Fix.FENCED).key();
        prices.add(price(fenced, "writer", new Ratio(1.91, 1.9, 1.92, 20), Price.Claim.DIFFERENT));
        prices.add(price(fenced, "relay", new Ratio(11.13, 11, 11.4, 20), Price.Claim.DIFFERENT));
        prices.add(price(fenced, "reader", new Ratio(2.57, 2.5, 2.6, 20), Price.Claim.DIFFERENT));
        List<PriceControl> controls = List.of(new PriceControl(RACE.name(), 1, FENCE, 20, null, null));
        return new PriceFile(PriceFile.SCHEMA, "4 CPUs, amd64", "17.0.1+1", "short", true, controls, prices);
    }

    private static Price price(String point, String actor, Ratio ratio, Price.Claim claim) {
        return new Price(point, actor, BASE, new Course.Accesses(1, 1, 0, 1), 20, ratio, claim, null, null, null);
    }

    @Test
    void theTableHasThreePricesInARow() {
        assertThat(Table.of(report()).lines())
                .contains("RingRace (price: writer / relay / reader, each alone)")
                .anyMatch(line -> line.matches("  variant .* {15}price  verdict"))
                .anyMatch(line -> line.matches("  UNFENCED .* {11}1 / 1 / 1  REPRODUCED"))
                .anyMatch(line -> line.matches("  FENCED .* 1\\.91 / 11\\.13 / 2\\.57  BROKEN .*"));
    }

    @Test
    void onANarrowTerminalThePricesGoTogether() {
        for (int columns = 60; columns <= 160; columns++) {
            int most = columns;
            String table = Table.of(report(), new Terminal(columns, false, false));
            assertThat(table.lines()).allMatch(line -> line.length() <= most);
            assertThat(table.contains(" 1.91 / 11.13 / 2.57 "))
                    .as("at " + columns)
                    .isEqualTo(table.contains(" price  "));
        }
    }

    @Test
    void markdownHasTheScheduleOfAllThree() {
        assertThat(Markdown.of(report()))
                .contains(" | 1.91 / 11.13 / 2.57 | BROKEN ")
                .containsPattern("\n   writer  +relay  +reader  +memory  +source\n")
                .containsPattern("\n   => 0  +=> 0  +=> 0\n");
    }

    @Test
    void sarifHasAThreadForEachActor() throws JsonProcessingException {
        JsonNode flow = new ObjectMapper().readTree(Sarif.of(report())).at("/runs/0/results/0/codeFlows/0/threadFlows");
        assertThat(flow.findValuesAsText("id")).containsExactly("writer", "relay", "reader");
        assertThat(flow).allMatch(thread -> thread.path("locations").size() > 2);
    }

    @Test
    void thePageHasAPictureOfAllThreeAndAChartOfPricesForEach() {
        String page = HtmlReport.of(report());
        assertThat(page)
                .contains("Price: writer / relay / reader.")
                .contains("<dd>writer against relay against reader</dd>")
                .contains(">writer, alone<", ">relay, alone<", ">reader, alone<");
        assertThat(Pattern.compile("<text class=\"who\"[^>]*>([^<]*)<")
                        .matcher(page)
                        .results()
                        .map(found -> found.group(1)))
                .containsExactly("writer", "relay", "reader");
    }
}
