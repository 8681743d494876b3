import Testing

@testable import Development

@Suite("What roles tell")
struct MetricsPageTests {
  @Test func `samples with labels, escapes and infinities are read, and the rest is passed over`() {
    let page = MetricsPage(
      #"""
      # HELP a_total Something.
      # TYPE a_total counter
      a_total 3
      a_total{channel="sms",state="a \"b\" \\ {c}, d"} 4.5 1700000000
      b{x="1"} +Inf
      cut{channel="sm
      nonsense
      d NaN?
      """#)
    #expect(page.values.count == 3)
    #expect(page.sum("a_total") == 7.5)
    #expect(page.sum("a_total", where: ["channel": "sms"]) == 4.5)
    #expect(page.sum("a_total", where: ["channel": "email"]) == 0)
    #expect(page.sums("a_total", by: "state") == [#"a "b" \ {c}, d"#: 4.5])
    #expect(page.sum("b") == .infinity)
  }

  @Test(arguments: [(0.5, 0.01), (0.9, 0.1), (0.99, .infinity)])
  func `a quantile is the bound of the bucket that holds it, all labels together`(_ share: Double, _ bound: Double) {
    let page = MetricsPage(
      """
      t_bucket{channel="a",le="0.01"} 30
      t_bucket{channel="a",le="0.1"} 45
      t_bucket{channel="a",le="+Inf"} 50
      t_bucket{channel="b",le="0.01"} 20
      t_bucket{channel="b",le="0.1"} 45
      t_bucket{channel="b",le="+Inf"} 50
      """)
    #expect(page.quantile(share, "t") == bound)
    #expect(page.quantile(share, "other") == nil)
    #expect(MetricsPage("t_bucket{le=\"+Inf\"} 0").quantile(share, "t") == nil)
  }

  @Test func `what only grows goes on over a restart, what does not is as it is`() {
    var totals = RunningTotals()
    totals.take(MetricsPage("sent_total 5\nlag 7"), restarted: false)
    totals.take(MetricsPage("sent_total 8\nlag 2"), restarted: false)
    #expect(totals.page.sum("sent_total") == 8)
    totals.take(MetricsPage("sent_total 1\nlag 3"), restarted: true)
    #expect(totals.page.sum("sent_total") == 9)
    #expect(totals.page.sum("lag") == 3)
    totals.take(MetricsPage("lag 0"), restarted: true)
    #expect(totals.page.sum("sent_total") == 9)
  }

  @Test func `figures are taken from the role that knows them`() {
    let figures = SiteFigures([
      "relay": MetricsPage("bongsu_relay_rows_total{source=\"dev\"} 9\nbongsu_relay_acknowledged_total 8"),
      "router": MetricsPage(
        """
        bongsu_router_events_total 7
        bongsu_router_deliveries_total{channel="push.ios"} 5
        bongsu_router_deliveries_total{channel="sms"} 4
        bongsu_router_suppressions_total{reason="OPTED_OUT"} 2
        bongsu_router_suppressions_total{reason="NO_CONSENT"} 0
        """),
      "worker-push.ios": MetricsPage(
        """
        bongsu_worker_attempts_total{channel="push.ios",state="SUCCESS"} 3
        bongsu_worker_attempts_total{channel="push.ios",state="RETRYING"} 1
        bongsu_worker_unfinished{channel="push.ios"} 1
        """),
      "broker": MetricsPage(
        """
        bongsu_broker_group_lag{group="bongsu-router",topic="notification.events",partition="0"} 2
        bongsu_broker_group_lag{group="bongsu-router",topic="notification.events",partition="1"} 1
        """),
    ])
    #expect((figures.rows, figures.acknowledged, figures.events) == (9, 8, 7))
    #expect(figures.channels["push.ios"]?.sent == 3)
    #expect((figures.deliveries, figures.sent, figures.retrying) == (9, 3, 1))
    #expect(figures.suppressed == ["OPTED_OUT": 2])
    #expect(figures.lag == ["bongsu-router": 3])
    #expect(!figures.isQuiet)
    #expect(SiteFigures([:]).isQuiet)
  }
}
