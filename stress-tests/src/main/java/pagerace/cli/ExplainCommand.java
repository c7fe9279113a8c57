// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.List;
import java.util.concurrent.Callable;
import pagerace.race.Catalogue;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.report.CatalogueLines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a race asks, or what a variant does and what becomes of it. */
@Command(
        name = "explain",
        description =
                "Explain a race: question, anchor in the kernel, invariant, outcomes, a sketch of how it breaks, and"
                        + " what the model leaves out. Or a variant: where it comes from, how it differs, where it stands, and"
                        + " the simplest schedule to its forbidden outcome, explored on the spot.",
        exitCodeList = {
            "0:explained",
            ExitCode.MEANS_CATALOGUE_IS_WRONG,
            ExitCode.MEANS_BAD_INPUT,
            ExitCode.MEANS_CRASHED
        })
final class ExplainCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "RACE[/VARIANT]",
            completionCandidates = Completions.Variants.class,
            description = "RACE, RACE/VARIANT, or RACE/VARIANT[dimensions] for one place of a variant. For a variant,"
                    + " explain explores the first place that threads run.")
    private String name = "";

    @Option(
            names = "--json",
            description =
                    "Print one object instead: a race as in report.json, a variant as list --json does. Nothing is explored;"
                            + " explore --json does that.")
    private boolean json;

    @Mixin
    private SourceOption source = new SourceOption();

    private final Console out;

    ExplainCommand(Console out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        Selection selection = new Selection(Catalogue.RACES);
        if (!name.contains("/")) {
            Race race = selection.race(name);
            out.print(json ? CatalogueLines.of(race) + "\n" : RaceText.of(race, out.terminal()));
            return ExitCode.PASSED;
        }
        List<Point> named = selection.named(name);
        Point shown = named.stream()
                .filter(point -> point.stress() == Point.Stress.PLANNED)
                .findFirst()
                .orElse(named.get(0));
        Race race = Catalogue.race(shown.race()).orElseThrow();
        if (json) {
            out.print(CatalogueLines.of(race, shown) + "\n");
            return ExitCode.PASSED;
        }
        VariantText text = VariantText.of(race, shown, out.terminal(), source.isAsked());
        out.print(text.text());
        return text.agrees() ? ExitCode.PASSED : ExitCode.FAILED;
    }
}
