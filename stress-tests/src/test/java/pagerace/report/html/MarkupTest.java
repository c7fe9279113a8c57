// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pagerace.report.html.Markup.tag;

import java.util.List;
import org.junit.jupiter.api.Test;

class MarkupTest {
    @Test
    void escapesTextAndAttributes() {
        assertThat(tag("b", "a < b & \"c\" > d").with("title", "<\"&").toString())
                .isEqualTo("<b title=\"&lt;&quot;&amp;\">a &lt; b &amp; &quot;c&quot; &gt; d</b>");
    }

    @Test
    void replacesWhatXmlDoesNotAllow() {
        assertThat(tag("b", "a\u0000\u001b[1m\tb\n😀").toString()).isEqualTo("<b>a\uFFFD\uFFFD[1m\tb\n😀</b>");
    }

    @Test
    void closesWhatIsEmptyAsHtmlWantsIt() {
        assertThat(tag("b", tag("br"), tag("i")).toString()).isEqualTo("<b><br /><i></i></b>");
    }

    @Test
    void takesListsApart() {
        assertThat(tag("b", List.of(tag("i"), List.of("x", 1)), 2).toString()).isEqualTo("<b><i></i>x12</b>");
    }

    @Test
    void styleAndScriptStayAsTheyAre() {
        assertThat(tag("script", "a = \"b\"").toString()).endsWith("<script>a = \"b\"</script>");
        assertThatThrownBy(() -> tag("style", "a > b").toString()).hasMessageContaining("a > b");
    }
}
