// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.tag;

import pagerace.verdict.Verdict;

/** How to read the page, in short; docs/results.md says it at length. */
final class Legend {
    private Legend() {}

    /** The section that says it. */
    static Markup section() {
        Markup warning = tag("strong", "Not seen is never cannot happen");
        Markup lead = tag(
                "p",
                "A point is a race, a variant, and a place, which is a value for each dimension. ",
                warning,
                ": what only a weaker machine can do is LATENT however long this one runs. ",
                "A broken variant is no mistake: it is the control that shows that the instrument sees.");
        Markup details = tag(
                "details",
                tag("summary", "Verdicts, columns and prices"),
                tag("div", verdicts(), columns()).with("class", "legend"));
        return tag(
                "section",
                tag("h2", "How to read this page").with("id", "legend"),
                lead,
                details.with("class", "explained"));
    }

    private static Markup verdicts() {
        Markup list = tag("dl");
        explain(list, Verdict.HOLDS, """
                no execution reaches a forbidden outcome under SC, TSO or WEAK; threads ran long enough in every \
                tier and in the window, and saw none; the control, its unfixed sibling, was caught in the same run""");
        explain(list, Verdict.REPRODUCED, "known to be broken, and threads showed it");
        explain(list, Verdict.LATENT, """
                only a memory model weaker than the host's reaches the forbidden outcome: allowed in this \
                abstraction, and no kernel bug""");
        explain(list, Verdict.BROKEN, """
                a forbidden outcome was reached where the catalogue promises that it is not, or with a fix of yours; \
                fails the build""");
        explain(list, Verdict.UNPREDICTED, """
                threads showed what the explorer says they cannot, or the catalogue records another model than the \
                explorer finds; fails the build""");
        explain(list, Verdict.INCONCLUSIVE, """
                the run was not good enough to say anything; the reason says why. It is due to the host, if two threads \
                did not run at once there; to the budget, if more time would do; else to the instrument, and then it fails \
                the build""");
        explain(list, Verdict.UNKNOWN, "nobody has established whether the forbidden outcome can be reached");
        explain(list, Verdict.SKIPPED, "explored only, or not selected");
        return list;
    }

    private static Markup columns() {
        Markup list = tag("dl");
        explain(list, "explored", """
                the explorer ran every execution of the model: one actor after the other (seq.), interleaved (SC), \
                with store buffers (TSO), and as the Linux-kernel memory model allows (WEAK). ● some execution \
                reaches a forbidden outcome, ○ none does, ? a bound was hit first, · nobody asked""");
        explain(list, "forbidden", """
                how often samples showed a forbidden outcome; one never seen has two bounds, < 3/N of all samples / \
                3/W of those in the window: with 95 % confidence if samples were independent, which those of one fork \
                are not quite""");
        explain(list, "window", """
                samples whose outcome is harmless, and possible only if the actors overlapped: proof that the race \
                was entered""");
        explain(list, "price", """
                what each actor takes, running alone, in multiples of the base, with the 95 % interval. 1 is the \
                base itself; = does exactly the same accesses, so that nothing was timed; ~1: a difference of a \
                quarter would have been seen; ?: nothing may be said; deadlock: it waits for itself for ever""");
        explain(list, "cheapest", """
                compared are the variants that hold on the host in one place, against one control; mutants never, nor \
                what fails anywhere. One that is broken in another place says so. Another race may break it, too. A \
                price of which something may be said counts as its interval: 1 and = as one, \
                ~1 stretched to contain one. A variant is among the cheapest unless another one's interval lies \
                wholly below its own. Of ? and deadlock nothing may be said""");
        explain(list, "schedules", """
                time runs downwards. Between the actors stand the words over which they meet, and what these become. \
                An arrow to a word writes it, one from it reads it. A dashed bar is a store that waits in its \
                buffer, until a dotted arrow takes it to memory; a dashed arrow reads a value that is not the \
                newest; one with two heads does so and writes behind that value, so that what it writes is overtaken. \
                Wide bars are locks that are held, thick strokes full fences, thin ones fences that order less (on x86 \
                they hold back no store), and pale steps touch nothing over which the actors could meet. Under WEAK \
                the order of lines is only the one in which the execution was built. After the last line the judge \
                looks: what he does, such as the write that makes the copy, is not drawn""");
        return list;
    }

    private static void explain(Markup list, Verdict verdict, String words) {
        list.add(tag("dt", Fragments.badge(verdict)), tag("dd", words));
    }

    private static void explain(Markup list, String term, String words) {
        list.add(tag("dt", term), tag("dd", words));
    }
}
