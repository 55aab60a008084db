"""The harness itself: a test tool that cannot fail proves nothing."""

import pytest

from harness.records import account, account_at_least_once, line, lines, whole_records
from harness.wait import wait_until


def test_account_notices_lost_repeated_and_disordered_records():
    three = lines(3)
    account(list(three), three)
    for wrong in (three[:2], three + three[:1], three[::-1], three + ["foreign"]):
        with pytest.raises(AssertionError):
            account(wrong, three)


def test_at_least_once_allows_only_repetition():
    three = lines(3)
    assert account_at_least_once(three + three[1:], three) == 2
    for wrong in (three[:2], three + ["foreign"]):
        with pytest.raises(AssertionError):
            account_at_least_once(wrong, three)


def test_whole_records_finds_the_record_behind_a_cut():
    assert whole_records([line(1), line(2)[:30] + line(2), line(3)[:5]]) == [line(1), line(2)]
    with pytest.raises(AssertionError):
        whole_records(["something else" + line(2)])


def test_waiting_in_vain_fails():
    with pytest.raises(AssertionError, match="pigs to fly"):
        wait_until(lambda: False, 0.01, "pigs to fly")


def test_the_broker_keeps_what_is_written_across_a_kill(own_broker):
    broker = own_broker().start()
    broker.client.create_topic("kept", 2)
    broker.client.produce("kept", lines(1000))
    broker.kill()
    broker.start()
    assert sorted(broker.client.values("kept")) == [text.encode() for text in lines(1000)]
