// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.race;

import pagerace.broken.mm.Scene;

final class KeepsAScene {
    final Scene scene = new Scene();
}
